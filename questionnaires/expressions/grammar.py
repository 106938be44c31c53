"""The text of a FHIRPath expression -> its tree. The only module that knows the parser.

The grammar is that of FHIRPath N1 (https://hl7.org/fhirpath/N1/grammar.html). An LALR parser takes time in proportion
to the text, whatever the text.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError

from questionnaires.expressions.faults import NotCovered
from questionnaires.expressions.moments import Moment
from questionnaires.expressions.nodes import MOST_DIGITS, Amount, Node
from questionnaires.expressions.tree import (
    Binary,
    Call,
    Indexed,
    Literal,
    Member,
    Path,
    Signed,
    Special,
    Tree,
    Typed,
    Variable,
    depth,
)

#: The longest real expression met has 600 characters and is 20 deep.
LONGEST = 4_000
DEEPEST = 50

_GRAMMAR = r"""
?start: implies
?implies: either | implies IMPLIES either -> binary
?either: both | either (OR | XOR) both -> binary
?both: member_of | both AND member_of -> binary
?member_of: equality | member_of (IN | CONTAINS) equality -> binary
?equality: inequality | equality EQUALITY inequality -> binary
?inequality: union | inequality INEQUALITY union -> binary
?union: typed | union UNION typed -> binary
?typed: sum | typed (IS | AS) type_name
?sum: product | sum (SIGN | CONCATENATE) product -> binary
?product: signed | product (TIMES | DIV | MOD) signed -> binary
?signed: postfix | SIGN signed
?postfix: term | postfix "." invocation -> path | postfix "[" implies "]" -> indexed
?term: invocation | literal | variable | "(" implies ")"
?invocation: name -> member | SPECIAL -> special | name "(" [implies ("," implies)*] ")" -> call
variable: "%" (name | STRING)
name: IDENTIFIER | DELIMITED
type_name: IDENTIFIER ("." IDENTIFIER)?
?literal: "{" "}" -> empty | BOOLEAN -> boolean | STRING -> text | NUMBER -> number
    | NUMBER (UNIT | STRING) -> amount | DATE -> date | INSTANT -> instant | TIME -> time

IMPLIES: /implies\b/
OR: /or\b/
XOR: /xor\b/
AND: /and\b/
IN: /in\b/
CONTAINS: /contains\b/
IS: /is\b/
AS: /as\b/
DIV: /div\b/
MOD: /mod\b/
EQUALITY: /!=|!~|=|~/
INEQUALITY: /<=|>=|<|>/
UNION: "|"
SIGN: "+" | "-"
CONCATENATE: "&"
TIMES: "*" | "/"
SPECIAL: /\$(this|index|total)\b/
BOOLEAN.2: /(true|false)\b/
UNIT: /(year|month|week|day|hour|minute|second|millisecond)s?\b/
IDENTIFIER: /[A-Za-z_][A-Za-z0-9_]*/
DELIMITED: /`(\\.|[^`\\])*`/
STRING: /'(\\.|[^'\\])*'/s
NUMBER: /[0-9]+(\.[0-9]+)?/
INSTANT.3: /@\d{4}(-\d\d(-\d\d)?)?T(\d\d(:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?)?/
DATE.2: /@\d{4}(-\d\d(-\d\d)?)?/
TIME.2: /@T\d\d(:\d\d(:\d\d(\.\d+)?)?)?/
%ignore /[ \t\r\n]+/
%ignore /\/\*(.|\n)*?\*\//
%ignore /\/\/[^\r\n]*/
"""

_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "f": "\f"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)


def parse(text: str) -> Tree:
    """Return the tree of an expression; raises NotCovered for one that is too long, too deep or no FHIRPath."""
    if len(text) > LONGEST:
        raise NotCovered(f"more than {LONGEST} characters")
    try:
        made: Tree = _Planting().transform(_parser().parse(text))
    except (LarkError, RecursionError) as error:
        if isinstance(error.__context__, NotCovered):
            raise error.__context__ from None
        raise NotCovered("what is not FHIRPath") from None
    if depth(made) > DEEPEST:
        raise NotCovered(f"nesting deeper than {DEEPEST} levels")
    return made


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _unescaped(quoted: str) -> str:
    def replaced(match: re.Match[str]) -> str:
        sign = match[1]
        return chr(int(sign[1:], 16)) if len(sign) == 5 else _ESCAPES.get(sign, sign)

    return _ESCAPE.sub(replaced, quoted[1:-1])


@v_args(inline=True)
class _Planting(Transformer[Token, Tree]):
    """Parser's tree -> ours, rule by rule."""

    def binary(self, left: Tree, operator: Token, right: Tree) -> Tree:
        return Binary(str(operator), left, right)

    def typed(self, operand: Tree, operator: Token, name: str) -> Tree:
        return Typed(str(operator), operand, name)

    def type_name(self, *parts: Token) -> str:
        return ".".join(parts)

    def signed(self, sign: Token, operand: Tree) -> Tree:
        return Signed(str(sign), operand)

    def path(self, left: Tree, right: Tree) -> Tree:
        return Path(left, right)

    def indexed(self, left: Tree, index: Tree) -> Tree:
        return Indexed(left, index)

    def name(self, token: Token) -> str:
        return _unescaped(token) if token.type == "DELIMITED" else str(token)

    def member(self, name: str) -> Tree:
        return Member(name)

    def call(self, name: str, *arguments: Tree) -> Tree:
        return Call(name, arguments)

    def special(self, token: Token) -> Tree:
        return Special(str(token))

    def variable(self, name: str | Token) -> Tree:
        return Variable(_unescaped(name) if isinstance(name, Token) else name)

    def empty(self) -> Tree:
        return Literal(None)

    def boolean(self, token: Token) -> Tree:
        return Literal(Node(token == "true", "Boolean"))

    def text(self, token: Token) -> Tree:
        return Literal(Node(_unescaped(token), "String"))

    def number(self, token: Token) -> Tree:
        if len(token) > MOST_DIGITS:
            raise NotCovered("a number of so many digits")
        whole = "." not in token
        return Literal(Node(int(token), "Integer") if whole else Node(Decimal(token), "Decimal"))

    def amount(self, number: Token, unit: Token) -> Tree:
        calendar = unit.type == "UNIT"
        name = str(unit).removesuffix("s") if calendar else _unescaped(unit)
        return Literal(Node(Amount(Decimal(number), name, calendar), "Quantity"))

    def date(self, token: Token) -> Tree:
        return Literal(_moment(token[1:], "Date"))

    def instant(self, token: Token) -> Tree:
        return Literal(_moment(token[1:], "DateTime"))

    def time(self, token: Token) -> Tree:
        return Literal(_moment(token[2:], "Time"))


def _moment(text: str, kind: str) -> Node:
    made: Any = Moment.read(text)
    if made is None:
        raise NotCovered("what is no date or time")
    return Node(made, kind)

"""Which elements FHIR R4 gives the types that stand in questionnaires and responses: what XML does not say itself.

"*" marks a list, and what follows a colon is the type of an element that is not a plain text.
"""

from __future__ import annotations

from collections.abc import Mapping

_METADATA = (
    "url version name title status publisher date description purpose copyright approvalDate lastReviewDate "
    "identifier*:Identifier experimental:boolean contact*:ContactDetail useContext*:UsageContext "
    "jurisdiction*:CodeableConcept"
)
_RESOURCE = "meta:Meta implicitRules language text:Narrative contained*:Resource modifierExtension*:Extension"
_ITEM = "linkId definition modifierExtension*:Extension"
TYPES: Mapping[str, str] = {
    "Questionnaire": f"{_RESOURCE} {_METADATA} derivedFrom* subjectType* effectivePeriod:Period code*:Coding "
    "item*:Question",
    "Question": f"{_ITEM} code*:Coding prefix text type enableWhen*:EnableWhen enableBehavior required:boolean "
    "repeats:boolean readOnly:boolean maxLength:integer answerValueSet answerOption*:Option initial*:Initial "
    "item*:Question",
    "EnableWhen": "question operator answer[x]",
    "Option": "value[x] initialSelected:boolean modifierExtension*:Extension",
    "Initial": "value[x] modifierExtension*:Extension",
    "QuestionnaireResponse": f"{_RESOURCE} identifier:Identifier basedOn*:Reference partOf*:Reference questionnaire "
    "status subject:Reference encounter:Reference authored author:Reference source:Reference item*:Answered",
    "Answered": f"{_ITEM} text answer*:Answer item*:Answered",
    "Answer": "value[x] item*:Answered modifierExtension*:Extension",
    "ValueSet": f"{_RESOURCE} {_METADATA} immutable:boolean compose:Compose expansion:Expansion",
    "Compose": "lockedDate inactive:boolean include*:Include exclude*:Include",
    "Include": "system version concept*:Concept filter*:Filter valueSet*",
    "Concept": "code display designation*:Designation",
    "Designation": "language use:Coding value",
    "Filter": "property op value",
    "Expansion": "identifier timestamp total:integer offset:integer parameter*:Parameter contains*:Contains",
    "Parameter": "name value[x]",
    "Contains": "system abstract:boolean inactive:boolean version code display designation*:Designation "
    "contains*:Contains",
    "Extension": "value[x]",
    "Meta": "versionId lastUpdated source profile* security*:Coding tag*:Coding",
    "Narrative": "status div:xhtml",
    "Coding": "system version code display userSelected:boolean",
    "CodeableConcept": "coding*:Coding text",
    "Quantity": "value:decimal comparator unit system code",
    "Reference": "reference type identifier:Identifier display",
    "Identifier": "use type:CodeableConcept system value period:Period assigner:Reference",
    "Period": "start end",
    "Attachment": "contentType language data url size:integer hash title creation",
    "Expression": "description name language expression reference",
    "ContactDetail": "name telecom*:ContactPoint",
    "ContactPoint": "system value use rank:integer period:Period",
    "UsageContext": "code:Coding value[x]",
}
#: The ends of value[x] that are no plain texts.
VALUES: Mapping[str, str] = {
    "Boolean": "boolean",
    "Decimal": "decimal",
    **dict.fromkeys(("Integer", "PositiveInt", "UnsignedInt"), "integer"),
    **{name: name for name in ("Coding", "CodeableConcept", "Quantity", "Reference", "Identifier", "Period")},
    **{name: name for name in ("Attachment", "Expression", "ContactPoint", "ContactDetail", "UsageContext")},
}
PLAIN = frozenset(
    {
        "Canonical",
        "Code",
        "Date",
        "DateTime",
        "Id",
        "Instant",
        "Markdown",
        "Oid",
        "String",
        "Time",
        "Uri",
        "Url",
        "Uuid",
    }
)

"""Safety problems: what staff tell of Prom itself, until somebody who looks after it has looked."""

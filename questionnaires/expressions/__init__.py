"""FHIRPath as far as it is covered: refused when it is compiled, or else worked out exactly and within bounds."""

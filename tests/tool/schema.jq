# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# jq -s --argjson schema SCHEMA -f schema.jq: as much of JSON Schema as
# contrib/status.schema.json uses. What it is given is wrong in the lines that
# come out; a word of the schema that is not known here is wrong as well.

def known: ["$schema", "$defs", "$ref", "title", "description", "type",
    "additionalProperties", "required", "properties", "items", "anyOf",
    "enum", "minLength", "minimum", "maximum", "maxItems", "pattern"];

def is($kind):
    if $kind == "integer" then type == "number" and floor == .
    else type == $kind end;

def wrong($rule; $at):
    . as $value
    | ($rule | keys[] | select(. as $key | known | index($key) | not)
	| "\($at): the schema has \(.)"),
    (if $rule["$ref"] then
	wrong($schema["$defs"][$rule["$ref"] | ltrimstr("#/$defs/")]; $at)
     else empty end),
    (if $rule.type then
	([$rule.type] | flatten) as $types
	| if any($types[]; . as $kind | $value | is($kind)) then empty
	  else "\($at): is no \($types | join(" or "))" end
     else empty end),
    (if $rule.enum and ($rule.enum | index($value) | not)
	then "\($at): is none of \($rule.enum)" else empty end),
    (if $rule.anyOf and (any($rule.anyOf[]; . as $one
	| [$value | wrong($one; $at)] | length == 0) | not)
	then "\($at): fits nothing" else empty end),
    (if type == "number" and $rule.minimum and . < $rule.minimum
	then "\($at): too small" else empty end),
    (if type == "number" and $rule.maximum and . > $rule.maximum
	then "\($at): too large" else empty end),
    (if type == "string" and $rule.minLength and length < $rule.minLength
	then "\($at): too short" else empty end),
    (if type == "string" and $rule.pattern and (test($rule.pattern) | not)
	then "\($at): not of its pattern" else empty end),
    (if type == "array" then
	(if $rule.maxItems and length > $rule.maxItems
	    then "\($at): too many" else empty end),
	(if $rule.items then
	    range(length) as $i
	    | (.[$i] | wrong($rule.items; "\($at)[\($i)]"))
	 else empty end)
     else empty end),
    (if type == "object" and $rule.properties then
	($rule.required[] | select(. as $key | $value | has($key) | not)
	    | "\($at).\(.): missing"),
	(keys[] | . as $key
	    | if $rule.properties[$key]
		then ($value[$key]
		    | wrong($rule.properties[$key]; "\($at).\($key)"))
		else "\($at).\($key): one more" end)
     else empty end);

.[] | wrong($schema["$defs"][$of]; $of)

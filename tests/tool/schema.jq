# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# jq -s --argjson schema SCHEMA --arg of NAME --argjson strict BOOLEAN
#     -f schema.jq
#
# As much of JSON Schema as the files in contrib use. It prints one line for each
# violation; a keyword that is not known here is one as well. With 'strict', so
# is a key that the schema does not name: a schema admits the keys of later
# releases, but our own output must not have undocumented ones.

def known: ["$schema", "$id", "$defs", "$ref", "title", "description", "type",
    "additionalProperties", "required", "properties", "items", "anyOf",
    "const", "enum", "minLength", "minimum", "maximum", "maxItems", "pattern"];

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
	  else "\($at): is not \($types | join(" or "))" end
     else empty end),
    (if $rule.const and . != $rule.const
	then "\($at): is not \($rule.const)" else empty end),
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
		elif $strict or $rule.additionalProperties == false
		then "\($at).\($key): one more"
		else empty end)
     else empty end);

.[] | wrong($schema["$defs"][$of]; $of)

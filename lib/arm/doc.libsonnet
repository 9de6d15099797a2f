// The form of doc comments: hidden fields '#NAME' beside what they describe. docs/generate_library_reference.py prints them.
{
  // args: those of `arg`. gives: what comes of it. errors: what fails. example: [call, its result].
  fn(description, args=[], gives=null, errors=[], example=null, source=null):: {
    kind: 'function',
    description: description,
    args: args,
    gives: gives,
    errors: errors,
    example: example,
    source: source,
  },

  arg(name, type, description, default=null):: { name: name, type: type, description: description, default: default },

  // members: name to description, or to the documentation of a function.
  value(description, members={}, example=null):: {
    kind: 'value',
    description: description,
    members: members,
    example: example,
  },
}

// What Jsonnet lacks: regular expressions, formats, address blocks, digests, YAML and TOML. armlib's evaluator has native
// functions for these; in plain Jsonnet some are worked out here, and the others are errors that say so.
local cidr = import 'cidr.libsonnet';

// Natives take and give one JSON text: an array of arguments, { ok } or { error }.
local ask(native, arguments) =
  local answer = std.parseJson(native(std.manifestJsonMinified(arguments)));
  if 'error' in answer then error answer['error'] else answer.ok;

local missing(name) = error 'arm.native.' + name + ': plain Jsonnet cannot do this; evaluate with armlib';

// plain: what to do without the native function.
local call(name, arguments, plain) =
  local native = std.native('armlib.' + name);
  if native == null then plain else ask(native, arguments);

local standard(name, text) = if std.objectHasAll(std, name) then std[name](text) else missing(name);

// The characters that mean something in a pattern.
local special = '\\^$.|?*+()[]{}-&~# \t\n\r\u000b\f';

local escapeCharacter(c) = if std.member(special, c) then '\\' + c else c;

{
  isAvailable:: std.native('armlib.regexMatch') != null,

  regexMatch(pattern, text):: call('regexMatch', [pattern, text], missing('regexMatch')),
  regexFullMatch(pattern, text):: call('regexFullMatch', [pattern, text], missing('regexFullMatch')),
  regexFind(pattern, text):: call('regexFind', [pattern, text], missing('regexFind')),
  regexFindAll(pattern, text):: call('regexFindAll', [pattern, text], missing('regexFindAll')),
  regexReplace(pattern, replacement, text):: call('regexReplace', [pattern, replacement, text], missing('regexReplace')),
  regexSplit(pattern, text):: call('regexSplit', [pattern, text], missing('regexSplit')),
  regexEscape(text):: call('regexEscape', [text], std.join('', [escapeCharacter(c) for c in std.stringChars(text)])),

  isFormat(format, text):: call('isFormat', [format, text], missing('isFormat')),
  formats():: call('formats', [], missing('formats')),

  parseCidr(block):: call('parseCidr', [block], cidr.parseCidr(block)),
  cidrSubnet(block, length, index):: call('cidrSubnet', [block, length, index], cidr.cidrSubnet(block, length, index)),
  cidrHost(block, index):: call('cidrHost', [block, index], cidr.cidrHost(block, index)),
  cidrSubnets(block, lengths):: call('cidrSubnets', [block, lengths], cidr.cidrSubnets(block, lengths)),
  cidrContains(block, inner):: call('cidrContains', [block, inner], cidr.cidrContains(block, inner)),
  cidrOverlaps(one, other):: call('cidrOverlaps', [one, other], cidr.cidrOverlaps(one, other)),

  md5(text):: call('md5', [text], std.md5(text)),
  sha1(text):: call('sha1', [text], standard('sha1', text)),
  sha256(text):: call('sha256', [text], standard('sha256', text)),
  sha512(text):: call('sha512', [text], standard('sha512', text)),
  uuid5(namespace, name):: call('uuid5', [namespace, name], missing('uuid5')),

  parseYaml(text):: call('parseYaml', [text], missing('parseYaml')),
  parseYamlAll(text):: call('parseYamlAll', [text], missing('parseYamlAll')),
  parseToml(text):: call('parseToml', [text], missing('parseToml')),
}

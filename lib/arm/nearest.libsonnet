// nearest: the known name that a name is most likely a misspelling of. For error paths: it is not fast.

// The measure is that of Python's difflib, which armlib.diagnostics.nearest uses: twice the number of characters in
// common blocks (the longest one, and those left and right of it), by the sum of both lengths. So both give the same
// hint.

// The longest common block of a[aStart:aEnd] and b[bStart:bEnd], as [start in a, start in b, length]; of several, the
// first.
local longestBlock(a, b, aStart, aEnd, bStart, bEnd) =
  local better(best, found) = if found[2] > best[2] then found else best;
  // lengths[j] is the length of the common block that ends at a[i] and b[bStart + j].
  local row(i, state) =
    local lengths = [
      if a[i] == b[bStart + j] then (if j == 0 then 1 else state.lengths[j - 1] + 1) else 0
      for j in std.range(0, bEnd - bStart - 1)
    ];
    local found = [
      [i - lengths[j] + 1, bStart + j - lengths[j] + 1, lengths[j]]
      for j in std.range(0, std.length(lengths) - 1)
    ];
    { lengths: lengths, best: std.foldl(better, found, state.best) };
  local start = { lengths: std.makeArray(std.max(bEnd - bStart, 0), function(_) 0), best: [aStart, bStart, 0] };
  std.foldl(function(state, i) row(i, state), std.range(aStart, aEnd - 1), start).best;

local common(a, b, aStart, aEnd, bStart, bEnd) =
  if aStart >= aEnd || bStart >= bEnd then 0
  else
    local block = longestBlock(a, b, aStart, aEnd, bStart, bEnd);
    if block[2] == 0 then 0
    else
      common(a, b, aStart, block[0], bStart, block[1])
      + block[2]
      + common(a, b, block[0] + block[2], aEnd, block[1] + block[2], bEnd);

local ratio(a, b) =
  local total = std.length(a) + std.length(b);
  if total == 0 then 1 else 2 * common(a, b, 0, std.length(a), 0, std.length(b)) / total;

local cutoff = 0.6;
local longestCompared = 100;

{
  // The name of *known* that *name* is most likely a misspelling of, or null; case is ignored.
  nearest(name, known)::
    local folded = std.asciiLower(name);
    // Of names that differ in case alone the last counts, and of equally good ones the greatest.
    local byFolded = std.foldl(function(names, candidate) names { [std.asciiLower(candidate)]: candidate }, known, {});
    local scored = [
      { name: candidate, ratio: ratio(candidate, folded) }
      for candidate in std.objectFields(byFolded)
      if std.length(candidate) <= longestCompared && std.length(folded) <= longestCompared
    ];
    local better(best, one) = if one.ratio >= best.ratio then one else best;
    local best = std.foldl(better, scored, { name: null, ratio: cutoff });
    if best.name == null then null else byFolded[best.name],
}

// Package text holds what people read: one folder of gettext PO catalogues per
// language, and the choice of a language.
//
// A message id and its arguments go in, a sentence comes out. The id is the
// entry's msgctxt and the English text its msgid, so English needs no msgstr;
// plural forms follow the catalogue's own Plural-Forms header. Placeholders are
// named and stand in braces: {n}, {client}.
//
// A warning never mixes languages: Whole renders a card in the chosen language
// or, where one of its texts is missing there, all of it in English. An entry
// that is marked fuzzy counts as missing, since a stale warning is worse than an
// English one.
//
// The files of a language are its tiers: 1-verdicts.po is what a frightened
// person reads, 2-interface.po is what the program says about itself,
// 3-families.po is what is known about families and clients.
//
// Specification: GNU gettext manual, "The Format of PO Files" and "Plural forms".
package text

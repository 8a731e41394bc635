package lookalike

// confusables are letters of other alphabets by the letter of the Latin alphabet
// that they look like. They are the letters of Latin, Greek, Cyrillic, Armenian,
// Cherokee and Coptic whose prototype is one such letter in confusables.txt of
// Unicode's security mechanisms (UTS #39, version 13.0.0, 2020-02-13;
// https://www.unicode.org/Public/security/13.0.0/confusables.txt, copyright
// Unicode, Inc., under the Unicode License). Full-width and mathematical letters
// are missing: normalizing already makes plain letters of them.
var confusables = map[rune]string{
	'A': "ΑАᎪ",
	'B': "ꞴΒВᏴ",
	'C': "ϹⲤСᏟ",
	'D': "Ꭰ",
	'E': "ΕЕᎬ",
	'F': "ꞘϜ",
	'G': "ԌᏀᏳ",
	'H': "ΗⲎНᎻ",
	'J': "ꞲͿЈᎫ",
	'K': "ΚⲔКᏦ",
	'L': "ⳐᏞ",
	'M': "ΜϺⲘМᎷ",
	'N': "ΝⲚ",
	'O': "ΟⲞОՕ",
	'P': "ΡⲢРᏢ",
	'R': "ƦᎡᏒ",
	'S': "ЅՏᏕᏚ",
	'T': "ΤⲦТᎢ",
	'U': "Ս",
	'V': "ѴᏙ",
	'W': "ԜᎳᏔ",
	'X': "ꞳΧⲬХ",
	'Y': "ΥϒⲨУҮᎩᎽ",
	'Z': "ΖᏃ",
	'a': "ɑαа",
	'b': "ƄЬᏏ",
	'c': "ᴄϲⲥсꮯ",
	'd': "ԁᏧ",
	'e': "ꬲеҽ",
	'f': "ꬵꞙſẝք",
	'g': "ɡᶃƍց",
	'h': "һհᏂ",
	'i': "ıɪɩιιͺіꙇӏꭵᎥ",
	'j': "ϳј",
	'l': "ƖǀΙⲒІӀ",
	'n': "ոռ",
	'o': "ᴏᴑꬽοσⲟоօ",
	'p': "ρϱⲣр",
	'q': "ԛգզ",
	'r': "ꭇꭈᴦⲅгꮁ",
	's': "ꜱƽѕꮪ",
	'u': "ꞟᴜꭎꭒʋυս",
	'v': "ᴠνѵꮩ",
	'w': "ɯᴡѡԝաꮃ",
	'x': "х",
	'y': "ɣᶌʏỿꭚγуү",
	'z': "ᴢꮓ",
}

// plain is confusables the other way round.
var plain = func() map[rune]rune {
	all := map[rune]rune{}
	for letter, others := range confusables {
		for _, other := range others {
			all[other] = letter
		}
	}
	return all
}()

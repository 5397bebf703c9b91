// Text inside XML.

const SPECIAL = /[&<>"\u2028\ufffe\uffff]|(?![\t\n])\p{Cc}/u
const EACH_SPECIAL = new RegExp(SPECIAL, 'gu')
const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text for an element or an attribute in double quotes. Control characters become references, as in S3's listings. */
export function escapeXml(text: string): string {
  if (!SPECIAL.test(text)) return text
  return text.replace(EACH_SPECIAL, (character) => NAMED[character] ?? `&#x${character.charCodeAt(0).toString(16)};`)
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

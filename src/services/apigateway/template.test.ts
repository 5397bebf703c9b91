// Templates, a line each: the text, and what comes out of it or why it cannot.

import { expect, test } from 'vitest'
import type { MappingScope } from './mapping.ts'
import { parseTemplate } from './template.ts'

const SCOPE: MappingScope = {
  path: { id: '7' },
  query: { id: 'q', only: 'query' },
  headers: { 'x-one': '1' },
  body: '{"name":"rex","tags":["a","b"],"deep":{"x":1}}',
  context: { stage: 'prod', 'identity.sourceIp': '10.0.1.9' },
  stageVariables: { backend: 'b.example' },
}

test.each([
  ['text alone', 'plain $5.00 #1', 'plain $5.00 #1'],
  ['a context variable', '$context.stage', 'prod'],
  ['a dotted one, at the end of a sentence', 'from $context.identity.sourceIp.', 'from 10.0.1.9.'],
  ['braces end a name', `\${context.stage}-x`, 'prod-x'],
  ['a quiet reference', '$!context.nothing|', '|'],
  ['a stage variable, both ways', "$stageVariables.backend $stageVariables['backend']", 'b.example b.example'],
  ['the whole body', '$input.body', SCOPE.body],
  ['a part as JSON', "$input.json('$.name') $input.json('$.tags') $input.json('$.none')", '"rex" ["a","b"] ""'],
  ['a part as text', "$input.path('$.name') $input.path('$.tags[1]')", 'rex b'],
  ['a part of a part', "$input.path('$').deep.x", '1'],
  [
    'a parameter: path before query before header',
    "$input.params('id') $input.params('only') $input.params('X-One')",
    '7 query 1',
  ],
  ['a utility of a reference', "$util.escapeJavaScript($input.json('$.name'))", '\\"rex\\"'],
  ['a utility of a string', "$util.base64Encode('a') $util.urlEncode('a b')", 'YQ== a%20b'],
  ['a name that every object has', '$context.constructor|$input.params("constructor")|', '||'],
  ['what is not percent-encoded well', "$util.urlDecode('a%zz+b&c')", 'a%zz b&c'],
  ['comments', 'a## gone\nb#* gone *#c', 'abc'],
  ['a reference that is nobody’s', `$foo \${bar}`, `$foo \${bar}`],
])('%s', (_rule, text, wanted) => {
  const parsed = parseTemplate(text)
  expect(parsed.kind === 'template' ? parsed.render(SCOPE) : parsed.why).toBe(wanted)
})

test.each([
  ['a directive', '#set($a = 1)'],
  ['a loop', '#foreach($a in $b)$a#end'],
  ['a Java method', '$input.body.length()'],
  ['a Java method of a part', "$input.path('$.tags').size()"],
  ['a method of the input that is not there', '$input.headers'],
  ['a utility that is not there', "$util.parseJson('{}')"],
  ['a path with a wildcard', "$input.json('$.tags[*]')"],
  ['a brace that does not end', `\${context.stage`],
])('%s is refused when it is put', (_rule, text) => {
  expect(parseTemplate(text).kind).toBe('problem')
})

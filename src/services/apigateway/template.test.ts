// Templates, a line each: the text, and what comes out of it or why it cannot.

import { expect, test } from 'vitest'
import type { MappingScope } from './mapping.ts'
import { parseTemplate } from './template.ts'

/** More than a loop goes through. */
const ZEROS = Array.from({ length: 1500 }, () => 0).join(',')
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
  ['a variable', `#set($a = 1)#set( $b = "$a$context.stage" )\n$a \${b}s`, '1 1prods'],
  ['a variable before it is set is text', '$a#set($a = 1)$a', '$a1'],
  ['a condition', "#if($input.params('id') == '7')seven#{else}other#end", 'seven'],
  ['its other cases', "#if($context.stage == 'x')x#elseif(1 + 2 * 2 >= 5 && !false)y#{else}z#end", 'y'],
  ['what is not there equals the empty text', "#if($input.path('$.none') == '')none#end", 'none'],
  [
    'a loop over a list',
    "#foreach($tag in $input.path('$.tags'))$foreach.index:$tag#if($foreach.hasNext),#end#end",
    '0:a,1:b',
  ],
  [
    'a loop over names',
    '#set($all = $input.params().querystring)#foreach($name in $all.keySet())$name=$all.get($name);#end',
    'id=q;only=query;',
  ],
  ['a loop has at most a thousand rounds', `#foreach($a in $util.parseJson('[${ZEROS}]'))#end$foreach.count`, '1000'],
  ['methods of values', "$input.path('$.tags').size() $input.path('$.name').toUpperCase()", '2 REX'],
  ['an index', "#set($tags = $input.path('$.tags'))$tags[1]", 'b'],
  ['lines of directives leave none', '#set($a = 1)\n#if($a == 1)\nyes\n#end\nend', 'yes\nend'],
  ['comments', 'a## gone\nb#* gone *#c', 'abc'],
  ['a reference that is nobody’s', `$foo \${bar}`, `$foo \${bar}`],
])('%s', (_rule, text, wanted) => {
  const parsed = parseTemplate(text)
  expect(parsed.kind === 'template' ? parsed.render(SCOPE).text : parsed.why).toBe(wanted)
})

test.each([
  ['a directive that is not there', '#include("a")'],
  ['a macro', '#macro(a)#end'],
  ['an #if without end', '#if(true)a'],
  ['an #end of nothing', 'a#end'],
  ['a #set without value', '#set($a)'],
  ['a Java method', '$input.body.getClass()'],
  ['parentheses without end', `#set($a = ${'('.repeat(200_000)}`],
  ['a method of the input that is not there', '$input.headers'],
  ['a utility that is not there', "$util.now('x')"],
  ['a path with a wildcard', "$input.json('$.tags[*]')"],
  ['a brace that does not end', `\${context.stage`],
])('%s is refused when it is put', (_rule, text) => {
  expect(parseTemplate(text).kind).toBe('problem')
})

test('a response template can say another status and header', () => {
  const text =
    '#set($context.responseOverride.status = 403)#set($context.responseOverride.header.X-A = "$context.stage")no'
  const parsed = parseTemplate(text)
  const rendered = parsed.kind === 'template' ? parsed.render(SCOPE) : undefined
  expect(rendered?.text).toBe('no')
  expect([...(rendered?.overrides ?? [])]).toEqual([
    ['status', '403'],
    ['header.X-A', 'prod'],
  ])
})

test.each([
  ['loops in loops', '#foreach($a in $l)#foreach($b in $l)#foreach($c in $l)#end#end#end'],
  ['a text that doubles itself', "#set($t = 'aa')#foreach($a in $l)#set($t = $t + $t)#end"],
])('%s end', (_what, text) => {
  const parsed = parseTemplate(`#set($l = $util.parseJson('[${ZEROS}]'))${text}`)
  expect(() => (parsed.kind === 'template' ? parsed.render(SCOPE) : undefined)).toThrow(RangeError)
})

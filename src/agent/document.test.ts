// Command documents and session tasks, as the agent reads them.

import { describe, expect, it } from 'vitest'
import { newMessage } from '../session/message.ts'
import { readSteps, substitute, textOf } from './document.ts'
import { readSessionTask } from './session-task.ts'

const shell = (inputs: object, more: object = {}) => ({
  schemaVersion: '2.2',
  mainSteps: [{ action: 'aws:runShellScript', name: 'run', inputs, ...more }],
})

describe('a command document', () => {
  it.each([
    {
      name: 'a list of commands is a script of lines',
      document: shell({ runCommand: '{{ commands }}' }),
      parameters: { commands: ['a', 'b'] },
      step: { script: 'a\nb', workingDirectory: '', timeoutSeconds: 3600 },
    },
    {
      name: 'a list within a list is its members',
      document: shell({ runCommand: ['set -e', '{{commands}}'] }),
      parameters: { commands: ['a', 'b'] },
      step: { script: 'set -e\na\nb' },
    },
    {
      name: 'a parameter within a word is put there',
      document: shell({ runCommand: ['echo {{ name }}!'], workingDirectory: '{{dir}}', timeoutSeconds: '{{ time }}' }),
      parameters: { name: ['you'], dir: '/tmp', time: ['7'] },
      step: { script: 'echo you!', workingDirectory: '/tmp', timeoutSeconds: 7 },
    },
    {
      name: 'a parameter that is not there stays as it is',
      document: shell({ runCommand: ['echo {{ ssm:secret }}'] }),
      parameters: {},
      step: { script: 'echo {{ ssm:secret }}' },
    },
    {
      name: 'schema 1.2 keeps its inputs by the action',
      document: {
        schemaVersion: '1.2',
        runtimeConfig: { 'aws:runShellScript': { properties: [{ runCommand: ['a'] }] } },
      },
      parameters: {},
      step: { script: 'a', name: 'aws:runShellScript' },
    },
    {
      name: 'a step for Linux is done',
      document: shell({ runCommand: ['a'] }, { precondition: { StringEquals: ['platformType', 'Linux'] } }),
      parameters: {},
      step: { script: 'a' },
    },
  ])('$name', ({ document, parameters, step }) => expect(readSteps(document, parameters)).toMatchObject([step]))

  it('has no step for Windows', () => {
    const windows = { precondition: { StringEquals: ['platformType', 'Windows'] } }
    expect(readSteps(shell({ runCommand: ['dir'] }, windows), {})).toEqual([])
  })

  it.each([{}, { mainSteps: 'x' }, { mainSteps: [1, null] }, { runtimeConfig: [] }])('%j has no steps', (document) => {
    expect(readSteps(document, {})).toEqual([])
  })
})

it.each([
  ['{{ a }}', ['x', 'y']],
  ['{{a}} {{a}}', '["x","y"] ["x","y"]'],
  [['{{ b }}'], ['z']],
  [7, 7],
])('%j becomes %j', (value, expected) => expect(substitute(value, { a: ['x', 'y'], b: 'z' })).toEqual(expected))

it.each([
  [['one'], 'one'],
  [undefined, ''],
  [null, ''],
  [5, '5'],
])('%j as text is %j', (value, text) => expect(textOf(value)).toBe(text))

describe('a session task', () => {
  const task = (payload: object | string) => readSessionTask(newMessage('interactive_shell', payload))
  const properties = { linux: { commands: '{{ command }}' } }

  it('has its parameters put in, and its document as an object or as JSON', () => {
    const DocumentContent = { sessionType: 'InteractiveCommands', properties }
    const content = { SessionId: 's', Parameters: { command: ['top'] } }
    for (const document of [DocumentContent, JSON.stringify(DocumentContent)]) {
      const Content = JSON.stringify({ ...content, DocumentContent: document })
      expect(task({ Content, TaskId: 's' })).toMatchObject({ sessionType: 'InteractiveCommands', command: 'top' })
    }
  })

  it('without a type is a shell', () => expect(task({ TaskId: 's' })).toMatchObject({ sessionType: 'Standard_Stream' }))

  it.each(['', '[]', '{}', { Content: '{}' }])('%j is none', (payload) => expect(task(payload)).toBeUndefined())
})

// The documents that AWS brings, as far as the agent here can do them; written anew, with the same parameters.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html

export interface AwsDocument {
  readonly name: string
  readonly documentType: 'Command' | 'Session'
  readonly content: string
}

const RUN_SHELL_SCRIPT = {
  schemaVersion: '2.2',
  description: 'Run a shell script or specify the commands to run.',
  parameters: {
    commands: {
      type: 'StringList',
      description: '(Required) Specify a shell script or a command to run.',
      minItems: 1,
      displayType: 'textarea',
    },
    workingDirectory: {
      type: 'String',
      default: '',
      description: '(Optional) The path to the working directory on your instance.',
      maxChars: 4096,
    },
    executionTimeout: {
      type: 'String',
      default: '3600',
      description:
        '(Optional) The time in seconds for a command to complete before it is considered to have failed. Default is ' +
        '3600 (1 hour). Maximum is 172800 (48 hours).',
      allowedPattern: '([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})|(172[0-7][0-9]{2})|(172800)',
    },
  },
  mainSteps: [
    {
      action: 'aws:runShellScript',
      name: 'aws:runShellScript',
      inputs: {
        runCommand: '{{ commands }}',
        workingDirectory: '{{ workingDirectory }}',
        timeoutSeconds: '{{ executionTimeout }}',
      },
    },
  ],
}

const RUN_SHELL = {
  schemaVersion: '1.0',
  description: 'Document to hold regional settings for Session Manager',
  sessionType: 'Standard_Stream',
  inputs: {
    s3BucketName: '',
    s3KeyPrefix: '',
    s3EncryptionEnabled: true,
    cloudWatchLogGroupName: '',
    cloudWatchEncryptionEnabled: true,
    kmsKeyId: '',
    runAsEnabled: false,
    runAsDefaultUser: '',
  },
}

const COMMAND_PARAMETER = {
  command: { type: 'String', description: '(Required) The command to run on the instance.', minChars: 1 },
}

const INTERACTIVE_COMMAND = {
  schemaVersion: '1.0',
  description: 'Document to run single interactive command on an instance',
  sessionType: 'InteractiveCommands',
  parameters: COMMAND_PARAMETER,
  properties: { linux: { commands: '{{ command }}', runAsElevated: false } },
}

const NON_INTERACTIVE_COMMAND = {
  ...INTERACTIVE_COMMAND,
  description: 'Document to run single non-interactive command on an instance',
  sessionType: 'NonInteractiveCommands',
}

const PORT_PATTERN = '([0-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'
const PORT_PARAMETERS = {
  portNumber: {
    type: 'String',
    description: '(Optional) Port number of the server on the instance',
    allowedPattern: `^${PORT_PATTERN}$`,
    default: '80',
  },
  localPortNumber: {
    type: 'String',
    description:
      '(Optional) Port number on local machine to forward traffic to. An open port is chosen at run-time if not provided',
    allowedPattern: `^${PORT_PATTERN}$`,
    default: '0',
  },
}
const PORT_PROPERTIES = {
  portNumber: '{{ portNumber }}',
  type: 'LocalPortForwarding',
  localPortNumber: '{{ localPortNumber }}',
}

const PORT_FORWARDING = {
  schemaVersion: '1.0',
  description: 'Document to start port forwarding session over Session Manager',
  sessionType: 'Port',
  parameters: PORT_PARAMETERS,
  properties: PORT_PROPERTIES,
}

const PORT_FORWARDING_TO_REMOTE_HOST = {
  ...PORT_FORWARDING,
  description: 'Document to start port forwarding session over Session Manager to remote host',
  parameters: {
    host: { type: 'String', description: '(Required) Hostname or IP address of the destination server', minChars: 1 },
    ...PORT_PARAMETERS,
  },
  properties: { host: '{{ host }}', ...PORT_PROPERTIES },
}

/** For `ssh` with the plugin as its ProxyCommand: the bytes go by the plugin's own input and output. */
const SSH = {
  schemaVersion: '1.0',
  description: 'Document to start SSH session over Session Manager',
  sessionType: 'Port',
  parameters: { portNumber: { ...PORT_PARAMETERS.portNumber, default: '22' } },
  properties: { portNumber: '{{ portNumber }}' },
}

/** What a session is without a document. It is no document of AWS's: one of this name is there when the user makes it, and
 * then it holds their preferences. */
export const DEFAULT_SESSION: AwsDocument = {
  name: 'SSM-SessionManagerRunShell',
  documentType: 'Session',
  content: print(RUN_SHELL),
}

export const AWS_DOCUMENTS: readonly AwsDocument[] = [
  { name: 'AWS-RunShellScript', documentType: 'Command', content: print(RUN_SHELL_SCRIPT) },
  { name: 'AWS-StartInteractiveCommand', documentType: 'Session', content: print(INTERACTIVE_COMMAND) },
  { name: 'AWS-StartNonInteractiveCommand', documentType: 'Session', content: print(NON_INTERACTIVE_COMMAND) },
  { name: 'AWS-StartPortForwardingSession', documentType: 'Session', content: print(PORT_FORWARDING) },
  { name: 'AWS-StartSSHSession', documentType: 'Session', content: print(SSH) },
  {
    name: 'AWS-StartPortForwardingSessionToRemoteHost',
    documentType: 'Session',
    content: print(PORT_FORWARDING_TO_REMOTE_HOST),
  },
]

function print(content: object): string {
  return JSON.stringify(content, undefined, 2)
}

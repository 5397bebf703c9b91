// Which amazon-ssm-agent this one behaves like: the last before ec2messages was given up for ssmmessages alone.

export const AGENT_NAME = 'amazon-ssm-agent'
export const AGENT_VERSION = '3.2.2303.0'

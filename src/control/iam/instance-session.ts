// The credentials that the metadata service gives an instance for its profile's role.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html

import type { IdentifiedPrincipal } from '../../iam/principal.ts'
import { type RoleSession, sealSession, type TemporaryCredentials } from '../../iam/session-token.ts'
import { trustsService } from '../../iam/trust.ts'
import type { IamRole } from '../../store/iam-records.ts'
import type { Instance } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { instanceProfileArn, roleArn } from './arns.ts'
import { findRole } from './find.ts'
import { rolePrincipal } from './identity.ts'

interface InstanceRole {
  readonly roleName: string
  readonly instanceProfileArn: string
  readonly instanceProfileId: string
}

export type InstanceSession =
  | (InstanceRole &
      TemporaryCredentials & {
        readonly code: 'Success'
        /** RFC 3339, without milliseconds, as the service writes them. */
        readonly lastUpdated: string
        readonly expiration: string
      })
  /** The role's trust policy does not name EC2. */
  | (InstanceRole & { readonly code: 'AssumeRoleUnauthorizedAccess'; readonly message: string })

/** What a session is made of. */
export type SessionInstance = Pick<Instance, 'id' | 'owner' | 'region' | 'vpcId' | 'instanceProfileId'>

const HOUR = 3_600_000
/** How long the credentials last from the hour in which they were issued. */
const LIFETIME = 6 * HOUR

export interface InstanceSessionOptions {
  /** `aws:…` keys are filled from it: the address from which the role's credentials were fetched. */
  readonly privateIp?: string
  /** The version of the metadata service that gave them out: `2.0` with a token. Absent: `2.0`. */
  readonly roleDelivery?: '1.0' | '2.0'
}

/**
 * The instance's credentials; undefined when it has no profile or its profile no role. Within one hour they are the
 * same, as instances ask for them again and again.
 */
export function instanceRoleSession(
  records: Records,
  instance: SessionInstance,
  sessionKey: Uint8Array,
  now: Date,
  options: InstanceSessionOptions = {},
): InstanceSession | undefined {
  const profile = records.instanceProfiles.get(instance.instanceProfileId ?? '')
  if (!profile || profile.roleName === undefined) return undefined
  const role = findRole(records, profile.owner, profile.roleName)
  if (!role) return undefined
  const names = {
    roleName: role.name,
    instanceProfileArn: instanceProfileArn(profile),
    instanceProfileId: profile.id,
  }
  if (!trustsService(role.assumeRolePolicyDocument, 'ec2.amazonaws.com')) {
    const message = `EC2 cannot assume the role ${role.name}. Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc.`
    return { ...names, code: 'AssumeRoleUnauthorizedAccess', message }
  }
  const session = sessionOf(instance, role, now, options)
  return {
    ...names,
    ...sealSession(sessionKey, session),
    code: 'Success',
    lastUpdated: withoutMilliseconds(session.issuedAt),
    expiration: withoutMilliseconds(session.expiresAt),
  }
}

/** Who the instance is to AWS with those credentials; undefined when it gets none. */
export function instancePrincipal(
  records: Records,
  instance: SessionInstance,
  now: Date,
  options: InstanceSessionOptions = {},
): IdentifiedPrincipal | undefined {
  const profile = records.instanceProfiles.get(instance.instanceProfileId ?? '')
  const role = profile?.roleName === undefined ? undefined : findRole(records, profile.owner, profile.roleName)
  if (!role || !trustsService(role.assumeRolePolicyDocument, 'ec2.amazonaws.com')) return undefined
  return rolePrincipal(records, roleArn(role), instance.id, sessionOf(instance, role, now, options))
}

function sessionOf(
  instance: SessionInstance,
  role: IamRole,
  now: Date,
  { privateIp, roleDelivery = '2.0' }: InstanceSessionOptions,
): RoleSession {
  const issued = new Date(Math.floor(now.getTime() / HOUR) * HOUR)
  return {
    kind: 'role',
    account: role.owner,
    roleId: role.id,
    sessionName: instance.id,
    issuedAt: issued.toISOString(),
    expiresAt: new Date(issued.getTime() + LIFETIME).toISOString(),
    nonce: instance.id,
    policyArns: [],
    tags: {},
    sourceInstanceArn: `arn:aws:ec2:${instance.region}:${instance.owner}:instance/${instance.id}`,
    keys: {
      'ec2:RoleDelivery': roleDelivery,
      'aws:Ec2InstanceSourceVpc': instance.vpcId,
      ...(privateIp !== undefined && { 'aws:Ec2InstanceSourcePrivateIPv4': privateIp }),
    },
  }
}

function withoutMilliseconds(instant: string): string {
  return instant.replace(/\.\d{3}Z$/, 'Z')
}

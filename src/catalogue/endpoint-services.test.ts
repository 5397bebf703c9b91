import { describe, expect, test } from 'vitest'
import { endpointServices, findEndpointService } from './endpoint-services.ts'
import { vpceHostedZoneId } from './endpoint-zones.ts'
import { availabilityZones, REGIONS } from './regions.ts'

const REGION = 'us-east-1'

describe('what endpoints of a service are called', () => {
  const cases: readonly [service: string, baseDnsName: string, firstPrivateName: string | undefined][] = [
    ['com.amazonaws.us-east-1.ssm', 'ssm.us-east-1.vpce.amazonaws.com', 'ssm.us-east-1.amazonaws.com'],
    ['com.amazonaws.us-east-1.ecr.api', 'api.ecr.us-east-1.vpce.amazonaws.com', 'api.ecr.us-east-1.amazonaws.com'],
    ['com.amazonaws.us-east-1.ecr.dkr', 'dkr.ecr.us-east-1.vpce.amazonaws.com', '*.dkr.ecr.us-east-1.amazonaws.com'],
    [
      'com.amazonaws.us-east-1.kinesis-streams',
      'kinesis.us-east-1.vpce.amazonaws.com',
      'kinesis.us-east-1.amazonaws.com',
    ],
    [
      'com.amazonaws.us-east-1.kinesis-firehose',
      'firehose.us-east-1.vpce.amazonaws.com',
      'firehose.us-east-1.amazonaws.com',
    ],
    [
      'com.amazonaws.us-east-1.sagemaker.api',
      'api.sagemaker.us-east-1.vpce.amazonaws.com',
      'api.sagemaker.us-east-1.amazonaws.com',
    ],
    ['aws.sagemaker.us-east-1.notebook', 'notebook.us-east-1.vpce.sagemaker.aws', '*.notebook.us-east-1.sagemaker.aws'],
    [
      'com.amazonaws.us-east-1.execute-api',
      'execute-api.us-east-1.vpce.amazonaws.com',
      '*.execute-api.us-east-1.amazonaws.com',
    ],
    [
      'com.amazonaws.us-east-1.codeartifact.api',
      'api.codeartifact.us-east-1.vpce.amazonaws.com',
      'codeartifact.us-east-1.amazonaws.com',
    ],
    [
      'com.amazonaws.us-east-1.codeartifact.repositories',
      'd.codeartifact.us-east-1.vpce.amazonaws.com',
      '*.d.codeartifact.us-east-1.amazonaws.com',
    ],
    ['com.amazonaws.us-east-1.eks-auth', 'eks-auth.us-east-1.vpce.amazonaws.com', 'eks-auth.us-east-1.api.aws'],
    ['com.amazonaws.us-east-1.transfer.server', 'server.transfer.us-east-1.vpce.amazonaws.com', undefined],
    ['com.amazonaws.iam', 'iam.us-east-1.vpce.amazonaws.com', 'iam.amazonaws.com'],
    [
      'com.amazonaws.s3-global.accesspoint',
      'accesspoint.s3-global.us-east-1.vpce.amazonaws.com',
      '*.accesspoint.s3-global.amazonaws.com',
    ],
  ]
  test.each(cases)('%s: %s', (name, baseDnsName, firstPrivateName) => {
    const service = findEndpointService(REGION, name)
    expect(service?.baseDnsName).toBe(baseDnsName)
    expect(service?.privateDnsNames[0]).toBe(firstPrivateName)
  })

  test('a base name is one that can be resolved, and no two services have the same but by the same private name', () => {
    const services = endpointServices(REGION)
    expect(services.filter(({ baseDnsName }) => !/^([a-z0-9-]+\.)+[a-z]+$/.test(baseDnsName))).toEqual([])
    const shared = [...Map.groupBy(services, (one) => one.baseDnsName).values()].filter((group) => group.length > 1)
    expect(shared.filter(([first, ...rest]) => rest.some((one) => !sharesName(first, one)))).toEqual([])
  })
})

function sharesName(
  a: { privateDnsNames: readonly string[] } | undefined,
  b: { privateDnsNames: readonly string[] },
): boolean {
  return b.privateDnsNames.some((name) => a?.privateDnsNames.includes(name))
}

describe('where services are', () => {
  test('348 in the region from which the global ones are controlled, and those are in no other', () => {
    expect(endpointServices(REGION)).toHaveLength(348)
    expect(endpointServices('eu-west-1').map(({ name }) => name)).not.toContain('com.amazonaws.iam')
    expect(endpointServices('eu-west-1')).toHaveLength(345)
    expect(endpointServices('nowhere-1')).toEqual([])
  })

  test('SES is not in every zone, and other services are', () => {
    expect(findEndpointService(REGION, 'com.amazonaws.us-east-1.email-smtp')?.absentZoneIds).toEqual([
      'use1-az2',
      'use1-az3',
      'use1-az5',
    ])
    expect(findEndpointService(REGION, 'com.amazonaws.us-east-1.ssm')?.absentZoneIds).toEqual([])
    const everywhere = endpointServices(REGION).filter(
      (one) => one.absentZoneIds.length === availabilityZones(REGION).length,
    )
    expect(everywhere).toEqual([])
  })

  test('every region has a zone of its own for their names', () => {
    expect(new Set(REGIONS.map(vpceHostedZoneId)).size).toBe(REGIONS.length)
    expect(REGIONS.map(vpceHostedZoneId).filter((id) => !/^Z[0-9A-Z]{11,31}$/.test(id))).toEqual([])
  })
})

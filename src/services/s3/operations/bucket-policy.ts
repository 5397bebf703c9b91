// The policy of a bucket.

import type {
  DeleteBucketPolicyRequest,
  GetBucketPolicyOutput,
  GetBucketPolicyRequest,
  GetBucketPolicyStatusOutput,
  GetBucketPolicyStatusRequest,
  PublicAccessBlockConfiguration,
  PutBucketPolicyRequest,
} from '@aws-sdk/client-s3'
import type { Call } from '../../../edge/adapter.ts'
import { isPublic, requireBucketPolicy } from '../bucket-policy.ts'
import { callerArn, requireBucket } from '../require.ts'
import { s3Error } from '../s3-error.ts'
import { findSetting } from '../settings.ts'
import type { S3Storage } from '../storage.ts'

export function getBucketPolicy(s3: S3Storage, input: GetBucketPolicyRequest, call: Call): GetBucketPolicyOutput {
  return { Policy: requirePolicy(s3, input, call) }
}

export function putBucketPolicy(s3: S3Storage, input: PutBucketPolicyRequest, call: Call): object {
  const bucket = requireBucket(s3, input, call)
  const text = input.Policy ?? ''
  const policy = requireBucketPolicy(bucket.name, text)
  const block = findSetting<PublicAccessBlockConfiguration>(s3.index, bucket.name, 'publicAccessBlock')
  if (block?.BlockPublicPolicy && isPublic(policy)) {
    throw s3Error('AccessDenied', {
      message:
        `User: ${callerArn(call)} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${bucket.name}" ` +
        'because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
    })
  }
  s3.index.transact(() => s3.index.putSetting(bucket.name, 'policy', text))
  return {}
}

export function deleteBucketPolicy(s3: S3Storage, input: DeleteBucketPolicyRequest, call: Call): object {
  const bucket = requireBucket(s3, input, call)
  s3.index.transact(() => s3.index.deleteSetting(bucket.name, 'policy'))
  return {}
}

export function getBucketPolicyStatus(
  s3: S3Storage,
  input: GetBucketPolicyStatusRequest,
  call: Call,
): GetBucketPolicyStatusOutput {
  const text = requirePolicy(s3, input, call)
  return { PolicyStatus: { IsPublic: isPublic(requireBucketPolicy(input.Bucket ?? '', text)) } }
}

function requirePolicy(s3: S3Storage, input: GetBucketPolicyRequest, call: Call): string {
  const bucket = requireBucket(s3, input, call)
  const text = s3.index.findSetting(bucket.name, 'policy')
  if (text === undefined) throw s3Error('NoSuchBucketPolicy', { fields: { BucketName: bucket.name } })
  return text
}

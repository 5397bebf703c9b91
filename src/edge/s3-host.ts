// Which bucket a host name means: `BUCKET.s3.REGION.amazonaws.com` and its older spellings. A bucket may have dots.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html

const REGION = '[a-z]{2}(?:-[a-z]+)+-\\d'
const S3_HOST = new RegExp(
  `^(?:(?<bucket>.+)\\.)?s3(?:-fips)?(?:\\.dualstack)?(?:[.-](?<region>${REGION})|-external-1)?\\.amazonaws\\.com$`,
)
/** By an interface endpoint: `BUCKET.bucket.vpce-….s3.REGION.vpce.amazonaws.com`, and without a bucket before it. */
const ENDPOINT_HOST = new RegExp(
  `^(?:(?:(?<bucket>.+)\\.)?(?<surface>bucket|accesspoint|control)\\.)?vpce-[0-9a-z-]+\\.s3\\.(?<region>${REGION})\\.vpce\\.amazonaws\\.com$`,
)
const OTHER_HOST = new RegExp(
  `^(?:(?<bucket>.+)\\.)?s3-(?<surface>accesspoint|control)(?:-fips)?(?:\\.dualstack)?\\.(?<region>${REGION})\\.amazonaws\\.com$`,
)
/** For clients that cannot be told to use the path: `BUCKET.localhost` and `BUCKET.s3.localhost`. */
const LOCAL_HOST = /^(?<bucket>.+?)(?:\.s3)?\.localhost$/

export interface S3Host {
  /** Absent where the path names it. */
  readonly bucket?: string
  /** Absent in the global name. */
  readonly region?: string
  /** Another API than that of buckets and objects: access points by their alias, or S3 Control. */
  readonly surface?: 'accesspoint' | 'control'
}

/** Reads a Host header; undefined when it is no name of S3's. */
export function parseS3Host(host: string): S3Host | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  const match = S3_HOST.exec(name) ?? ENDPOINT_HOST.exec(name) ?? OTHER_HOST.exec(name) ?? LOCAL_HOST.exec(name)
  if (!match?.groups) return undefined
  const { bucket, region, surface } = match.groups
  return {
    ...(bucket !== undefined && bucket !== 's3' && { bucket }),
    ...(region !== undefined && { region }),
    ...((surface === 'accesspoint' || surface === 'control') && { surface }),
  }
}

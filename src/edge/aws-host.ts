// The names by which AWS's service endpoints are called, read from a TLS server name or a Host header.

/** Only AWS owns names below these, so only these are answered for. */
const AWS_SUFFIXES = ['amazonaws.com', 'api.aws', 'on.aws', 'sagemaker.aws', 'console.aws.amazon.com']

const S3_ZONE =
  /(?:^|\.)(?<zone>s3(?:-fips|-accesspoint|-control|-website|-external-1)?(?:\.dualstack)?(?:[.-][a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com)$/
/** The names of S3's interface endpoints; buckets are names below `bucket.vpce-…`. */
const S3_ENDPOINT_ZONE =
  /(?:^|\.)(?<zone>(?:(?:bucket|accesspoint|control)\.)?vpce-[0-9a-z-]+\.s3\.[a-z]{2}(?:-[a-z]+)+-\d\.vpce\.amazonaws\.com)$/
/** The region is a label of its own before the suffix; old S3 names have it after a dash. */
const REGION_LABEL = /^[a-z]{2}(?:-[a-z]+)+-\d$/

export interface AwsHost {
  /** The labels before the region, such as `s3`, `api.ecr`, `streams.dynamodb`; the last one is what routes. */
  readonly service: string
  /** Absent in a global name, such as `s3.amazonaws.com`. */
  readonly region?: string
}

/** A host name in lower case without port and trailing dot. */
export function normaliseHost(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}

/** The endpoint a normalised host name means; undefined when it is not AWS's. */
export function parseAwsHost(host: string): AwsHost | undefined {
  const suffix = AWS_SUFFIXES.find((candidate) => host.endsWith(`.${candidate}`))
  if (!suffix) return undefined
  const zone = s3Zone(host)
  if (zone) {
    const region = /(?<region>[a-z]{2}(?:-[a-z]+)+-\d)(?:\.vpce)?\.amazonaws\.com$/.exec(zone)?.groups?.region
    return { service: 's3', ...(region ? { region } : {}) }
  }
  const labels = host.slice(0, -suffix.length - 1).split('.')
  const at = labels.findLastIndex((label) => REGION_LABEL.test(label))
  if (at < 0) return { service: labels.join('.') }
  // AWS writes `service.region.amazonaws.com`, and `service.region.vpce.amazonaws.com` for endpoints' own names.
  return { service: labels.slice(0, at).join('.'), region: labels[at]! } // `at` is an index
}

/** The names that the certificate for a server name covers: AWS has one for S3's buckets, which are names below it. */
export function certificateNames(host: string): readonly string[] | undefined {
  if (!parseAwsHost(host)) return undefined
  const zone = s3Zone(host)
  return zone ? [zone, `*.${zone}`] : [host]
}

/** Any of S3's names, also of its interface endpoints. */
export function isS3Host(host: string): boolean {
  return s3Zone(host) !== undefined
}

function s3Zone(host: string): string | undefined {
  return (S3_ZONE.exec(host) ?? S3_ENDPOINT_ZONE.exec(host))?.groups?.zone
}

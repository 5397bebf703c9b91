// What a request hears that came to an endpoint whose service cannot answer it. AWS has no such server at that address:
// there the client sees a certificate that does not fit, and here one that looks past it is told why.

import { parseAwsHost } from './aws-host.ts'

export interface ServiceQuestion {
  /** The endpoint's, such as `s3`. */
  readonly service: string
  /** The Host header, normalised. */
  readonly asked: string
  /** Something stands behind the service. */
  readonly serves: boolean
}

export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Undefined when the endpoint's service can be asked this. */
export function wrongService({ service, asked, serves }: ServiceQuestion): Refusal | undefined {
  const other = parseAwsHost(asked)?.service
  if (other !== undefined && other !== service) {
    return refusal(
      service,
      400,
      'InvalidRequest',
      `This endpoint carries ${service} only, and ${asked} is a name of ${other}.`,
    )
  }
  if (serves) return undefined
  const message = `Postern routes and resolves ${service} and serves nothing behind it; give it a backend to have it answered.`
  return refusal(service, 501, 'NotImplemented', message)
}

/** In the shape of the service's errors: S3 speaks XML, the others that have endpoints here JSON. */
function refusal(service: string, status: number, code: string, message: string): Refusal {
  if (service === 's3') {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`
    return { status, headers: { 'content-type': 'application/xml', connection: 'close' }, body }
  }
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': code, connection: 'close' }
  return { status, headers, body: JSON.stringify({ __type: code, message }) }
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

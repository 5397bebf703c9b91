// What each operation asks the policies: its action, on alarms where it names some.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html

import type { Call } from '../../edge/adapter.ts'
import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { Records } from '../../store/store.ts'
import { placeOf } from './metric.ts'
import { alarmArn } from './metric-alarm.ts'

const ON_ALARMS = new Set([
  ...['DeleteAlarms', 'DescribeAlarms', 'DisableAlarmActions', 'EnableAlarmActions', 'PutMetricAlarm', 'SetAlarmState'],
])
const BY_ARN = new Set(['ListTagsForResource', 'TagResource', 'UntagResource'])

export function authorisationsOf(records: Records, call: Call): Authorisation[] {
  const { operation, input } = call
  const place = placeOf(call)
  const action = `cloudwatch:${operation}`
  const keys: ContextKeys = {
    ...requestTagKeys(input.Tags, input.TagKeys),
    ...(operation === 'PutMetricData' &&
      typeof input.Namespace === 'string' && { 'cloudwatch:namespace': input.Namespace }),
  }
  const ask = (resource: string) => {
    const tags = Object.entries(records.metricAlarms.get(resource)?.tags ?? {})
    const own = Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value]))
    return { action, resource, resourceAccount: place.account, keys: { ...own, ...keys } }
  }
  if (BY_ARN.has(operation)) return [ask(String(input.ResourceARN ?? '*'))]
  if (!ON_ALARMS.has(operation)) return [ask('*')]
  const listed = Array.isArray(input.AlarmNames) ? input.AlarmNames.map(String) : []
  const names = typeof input.AlarmName === 'string' ? [input.AlarmName] : listed
  return (names.length > 0 ? names : ['*']).map((name) => ask(alarmArn(place, name)))
}

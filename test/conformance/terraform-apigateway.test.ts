// API Gateway by unmodified Terraform: apply, an empty second plan, changes in place and a new deployment, and destroy.
// No packet moves here, so it needs no root.

import { APIGatewayClient, GetRestApisCommand, GetStageCommand } from '@aws-sdk/client-api-gateway'
import { test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on API Gateway', 'apigateway', (its) => {
  test('a private REST API: made, read back, changed in place, deployed again, gone', async ({ expect }) => {
    const client = new APIGatewayClient(its.clientOptions())
    await its.terraform.apply()
    const first = await its.terraform.outputs()
    const restApiId = String(first.api_id)
    const host = `${restApiId}.execute-api.us-east-1.amazonaws.com`
    expect(first).toEqual({ api_id: restApiId, invoke_url: `https://${host}/prod`, kind: 'first', root: true })
    expect(await its.terraform.remainingChanges()).toBeUndefined()
    const before = await client.send(new GetStageCommand({ restApiId, stageName: 'prod' }))
    const second = { stage: 'second' }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
    expect(await its.terraform.outputs()).toMatchObject({ api_id: restApiId, kind: 'second' })
    const after = await client.send(new GetStageCommand({ restApiId, stageName: 'prod' }))
    expect(after.deploymentId).not.toBe(before.deploymentId)
    await its.terraform.destroy(second)
    expect((await client.send(new GetRestApisCommand({}))).items).toEqual([])
  })
})

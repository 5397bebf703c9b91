"""What unmodified boto3 does with endpoint services, as provider and as consumer: pages, batches, codes and dry runs."""

import boto3
from boto3_refusal import refused

PROVIDER, CONSUMER = '123456789012', '999999999999'


def clients_of(account):
    session = boto3.Session(aws_access_key_id=account, aws_secret_access_key='unused', region_name='us-east-1')
    return session.client('ec2'), session.client('elbv2')


provider, elb = clients_of(PROVIDER)
consumer, _ = clients_of(CONSUMER)


def network(client):
    vpc = client.create_vpc(CidrBlock='10.0.0.0/16')['Vpc']['VpcId']
    subnet = client.create_subnet(VpcId=vpc, CidrBlock='10.0.1.0/24', AvailabilityZoneId='use1-az6')
    return vpc, subnet['Subnet']['SubnetId']


def balancer(name, subnet):
    made = elb.create_load_balancer(Name=name, Type='network', Scheme='internal', Subnets=[subnet])
    return made['LoadBalancers'][0]['LoadBalancerArn']


def state(endpoint):
    """The endpoint's state as its owner sees it; None when it is gone. Waits for what passes."""
    while True:
        found = consumer.describe_vpc_endpoints(Filters=[{'Name': 'vpc-endpoint-id', 'Values': [endpoint]}])
        shown = [one['State'] for one in found['VpcEndpoints']]
        if shown not in (['pending'], ['deleting']):
            return shown[0] if shown else None


# 10.0.0.0/16 twice, with 10.0.1.0/24 in use1-az6.
_, provider_subnet = network(provider)
vpc, subnet = network(consumer)
services = [
    provider.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[balancer(f'lb-{n}', provider_subnet)], AcceptanceRequired=True,
        TagSpecifications=[{'ResourceType': 'vpc-endpoint-service', 'Tags': [{'Key': 'n', 'Value': str(n)}]}],
    )['ServiceConfiguration']
    for n in range(7)
]
pages = list(provider.get_paginator('describe_vpc_endpoint_service_configurations').paginate(
    PaginationConfig={'PageSize': 5}))
assert [len(page['ServiceConfigurations']) for page in pages] == [5, 2], pages
service, other = services[0], services[1]
assert service['PrivateDnsNameConfiguration'] == {} and service['ServiceState'] == 'Available', service
text = refused('InvalidParameter', provider.create_vpc_endpoint_service_configuration)
assert text == 'exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member', text
refused('InvalidVpcEndpointServiceIdId.Malformed', provider.describe_vpc_endpoint_service_configurations,
        ServiceIds=['service'])

wanted = {'VpcId': vpc, 'SubnetIds': [subnet], 'ServiceName': service['ServiceName'], 'VpcEndpointType': 'Interface'}
text = refused('InvalidServiceName', consumer.create_vpc_endpoint, **wanted)
assert text == f"The Vpc Endpoint Service '{service['ServiceName']}' does not exist", text
for one in (service, other):
    added = provider.modify_vpc_endpoint_service_permissions(
        ServiceId=one['ServiceId'], AddAllowedPrincipals=[f'arn:aws:iam::{CONSUMER}:root'])
    assert added['ReturnValue'] and added['AddedPrincipals'][0]['PrincipalType'] == 'Account', added
refused('InvalidPrincipal', provider.modify_vpc_endpoint_service_permissions, ServiceId=service['ServiceId'],
        AddAllowedPrincipals=[f'arn:aws:sts::{CONSUMER}:assumed-role/a/b'])
refused('DryRunOperation', consumer.create_vpc_endpoint, DryRun=True, **wanted)

made = consumer.create_vpc_endpoint(**wanted)['VpcEndpoint']
endpoint = made['VpcEndpointId']
assert made['State'] == 'pendingAcceptance', made
found = provider.describe_vpc_endpoint_connections(Filters=[{'Name': 'service-id', 'Values': [service['ServiceId']]}])
assert [one['VpcEndpointId'] for one in found['VpcEndpointConnections']] == [endpoint], found
decide = {'ServiceId': service['ServiceId'], 'VpcEndpointIds': [endpoint, 'vpce-0123456789abcdef0']}
unsuccessful = provider.accept_vpc_endpoint_connections(**decide)['Unsuccessful']
assert [(one['ResourceId'], one['Error']['Code']) for one in unsuccessful] == [
    ('vpce-0123456789abcdef0', 'InvalidVpcEndpoint.NotFound')], unsuccessful
assert state(endpoint) == 'available'

ids = [one['ServiceId'] for one in services]
unsuccessful = provider.delete_vpc_endpoint_service_configurations(ServiceIds=ids)['Unsuccessful']
assert [(one['ResourceId'], one['Error']['Code']) for one in unsuccessful] == [
    (service['ServiceId'], 'ExistingVpcEndpointConnections')], unsuccessful
provider.reject_vpc_endpoint_connections(ServiceId=service['ServiceId'], VpcEndpointIds=[endpoint])
assert state(endpoint) == 'rejected'
refused('IncorrectState', consumer.modify_vpc_endpoint, VpcEndpointId=endpoint, PrivateDnsEnabled=False)
assert provider.delete_vpc_endpoint_service_configurations(ServiceIds=[service['ServiceId']])['Unsuccessful'] == []
assert provider.describe_vpc_endpoint_connections()['VpcEndpointConnections'] == []
assert consumer.delete_vpc_endpoints(VpcEndpointIds=[endpoint])['Unsuccessful'] == []
assert state(endpoint) is None

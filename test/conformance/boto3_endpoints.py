"""What unmodified boto3 does with interface endpoints: the life of one, every service once, and the codes scripts look for."""

import boto3
from boto3_refusal import refused

ec2 = boto3.resource('ec2')
client = ec2.meta.client


def show(endpoint_id):
    """The endpoint once it is neither pending nor deleting; None when it is gone."""
    while True:
        found = client.describe_vpc_endpoints(Filters=[{'Name': 'vpc-endpoint-id', 'Values': [endpoint_id]}])['VpcEndpoints']
        if not found:
            return None
        if found[0]['State'] not in ('pending', 'deleting'):
            return found[0]


# VPC 10.8.0.0/16 with 10.8.1.0/24 in us-east-1a and 10.8.2.0/24 in us-east-1b.
vpc = ec2.create_vpc(CidrBlock='10.8.0.0/16')
first = vpc.create_subnet(CidrBlock='10.8.1.0/24', AvailabilityZone='us-east-1a')
second = vpc.create_subnet(CidrBlock='10.8.2.0/24', AvailabilityZone='us-east-1b')
ssm = {'VpcId': vpc.id, 'ServiceName': 'com.amazonaws.us-east-1.ssm', 'VpcEndpointType': 'Interface'}
text = refused('InvalidParameter', client.create_vpc_endpoint, **ssm)
assert text == ('Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes '
                f'set to true for {vpc.id}'), text
vpc.modify_attribute(EnableDnsHostnames={'Value': True})
refused('DryRunOperation', client.create_vpc_endpoint, DryRun=True, **ssm)
made = client.create_vpc_endpoint(SubnetIds=[first.id], ClientToken='sweep', **ssm)['VpcEndpoint']
again = client.create_vpc_endpoint(SubnetIds=[first.id], ClientToken='sweep', **ssm)['VpcEndpoint']
assert again['VpcEndpointId'] == made['VpcEndpointId']
refused('IdempotentParameterMismatch', client.create_vpc_endpoint, SubnetIds=[second.id], ClientToken='sweep', **ssm)
made = show(made['VpcEndpointId'])
assert made['State'] == 'available' and made['PrivateDnsEnabled'], made
assert [entry['DnsName'].split('.', 1)[1] for entry in made['DnsEntries'][:2]] == ['ssm.us-east-1.vpce.amazonaws.com'] * 2
text = refused('InvalidParameter', client.create_vpc_endpoint, **ssm)
assert text.startswith('private-dns-enabled cannot be set because there is already a conflicting DNS domain for ssm.'), text

eni = ec2.NetworkInterface(made['NetworkInterfaceIds'][0])
assert eni.interface_type == 'vpc_endpoint' and eni.requester_managed and eni.status == 'in-use', eni.meta.data
assert eni.description == f"VPC Endpoint Interface {made['VpcEndpointId']}"
refused('InvalidParameterValue', eni.delete)
refused('OperationNotPermitted', client.detach_network_interface, AttachmentId=eni.attachment['AttachmentId'], Force=True)
refused('AuthFailure', eni.modify_attribute, Groups=[made['Groups'][0]['GroupId']])
refused('DependencyViolation', first.delete)

group = vpc.create_security_group(GroupName='https', Description='https')
client.modify_vpc_endpoint(
    VpcEndpointId=made['VpcEndpointId'], AddSubnetIds=[second.id], AddSecurityGroupIds=[group.id],
    RemoveSecurityGroupIds=[made['Groups'][0]['GroupId']],
    SubnetConfigurations=[{'SubnetId': second.id, 'Ipv4': '10.8.2.77'}])
changed = show(made['VpcEndpointId'])
assert changed['Groups'] == [{'GroupId': group.id, 'GroupName': 'https'}], changed['Groups']
interfaces = list(vpc.network_interfaces.filter(Filters=[{'Name': 'requester-managed', 'Values': ['true']}]))
assert {one.private_ip_address for one in interfaces} == {'10.8.1.4', '10.8.2.77'}, interfaces
answer = client.delete_vpc_endpoints(VpcEndpointIds=[made['VpcEndpointId'], 'vpce-0123456789abcdef0'])
assert [(one['ResourceId'], one['Error']['Code']) for one in answer['Unsuccessful']] == [
    ('vpce-0123456789abcdef0', 'InvalidVpcEndpoint.NotFound')], answer
assert show(made['VpcEndpointId']) is None
assert list(vpc.network_interfaces.all()) == []

# Every interface service once: its endpoint has the names that DescribeVpcEndpointServices promises.
services = []
token = {}
while True:
    page = client.describe_vpc_endpoint_services(
        Filters=[{'Name': 'service-type', 'Values': ['Interface']}], MaxResults=100, **token)
    services += page['ServiceDetails']
    if 'NextToken' not in page:
        break
    token = {'NextToken': page['NextToken']}
assert len(services) == 347, len(services)
for service in services:
    subnet = first if 'us-east-1a' in service['AvailabilityZones'] else second
    endpoint = client.create_vpc_endpoint(
        VpcId=vpc.id, ServiceName=service['ServiceName'], VpcEndpointType='Interface', SubnetIds=[subnet.id],
        PrivateDnsEnabled='PrivateDnsName' in service,
        DnsOptions={'PrivateDnsOnlyForInboundResolverEndpoint': False})['VpcEndpoint']
    names = [entry['DnsName'] for entry in endpoint['DnsEntries']]
    promised = [one['PrivateDnsName'] for one in service.get('PrivateDnsNames', [])]
    assert names[2:] == promised, (names, promised)
    assert all(name.endswith('.' + service['BaseEndpointDnsNames'][0]) for name in names[:2]), (names, service)
    client.delete_vpc_endpoints(VpcEndpointIds=[endpoint['VpcEndpointId']])
    # One at a time: some services share a private name.
    assert show(endpoint['VpcEndpointId']) is None

for one in (group, first, second, vpc):
    one.delete()
print('done')

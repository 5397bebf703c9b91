"""Every paginator of EC2 that boto3 has for what Postern serves, page by page, and every waiter around VPCs."""

import time

import boto3
from boto3_refusal import refused
from botocore import xform_name
from botocore.exceptions import ClientError

ec2 = boto3.client('ec2')
missing = {
    'customer_gateway_available': ('CustomerGatewayIds', 'cgw-0123456789abcdef0'),
    'nat_gateway_available': ('NatGatewayIds', 'nat-0123456789abcdef0'),
    'subnet_available': ('SubnetIds', 'subnet-0123456789abcdef0'),
    'network_interface_available': ('NetworkInterfaceIds', 'eni-0123456789abcdef0'),
}


def waited(waiter, **parameters):
    """Waits with short pauses."""
    ec2.get_waiter(waiter).wait(**parameters, WaiterConfig={'Delay': 1, 'MaxAttempts': 60})


# Address plan: 10.20.0.0/16 with 10.20.1.0/24 to 10.20.7.0/24; 10.21.0.0/16 beside it. As many of each kind as need two
# pages of the smallest size.
vpcs = [ec2.create_vpc(CidrBlock=f'10.{20 + n}.0.0/16')['Vpc']['VpcId'] for n in range(2)]
vpc, beside = vpcs
waited('vpc_exists', VpcIds=vpcs)
waited('vpc_available', VpcIds=vpcs)
subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f'10.20.{n}.0/24')['Subnet']['SubnetId'] for n in range(1, 8)]
waited('subnet_available', SubnetIds=subnets)
gateway = ec2.create_internet_gateway()['InternetGateway']['InternetGatewayId']
waited('internet_gateway_exists', InternetGatewayIds=[gateway])
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
groups = [ec2.create_security_group(VpcId=vpc, GroupName=f'g{n}', Description='sweep')['GroupId'] for n in range(6)]
waited('security_group_exists', GroupIds=groups)
tables = [ec2.create_route_table(VpcId=vpc)['RouteTable']['RouteTableId'] for _ in range(6)]
interfaces = [ec2.create_network_interface(SubnetId=subnets[0])['NetworkInterface']['NetworkInterfaceId'] for _ in range(6)]
waited('network_interface_available', NetworkInterfaceIds=interfaces)
allocation = ec2.allocate_address(Domain='vpc')['AllocationId']
nat = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=allocation)['NatGateway']['NatGatewayId']
waited('nat_gateway_available', NatGatewayIds=[nat])
peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=beside)['VpcPeeringConnection']['VpcPeeringConnectionId']
waited('vpc_peering_connection_exists', VpcPeeringConnectionIds=[peering])
customer = ec2.create_customer_gateway(Type='ipsec.1', PublicIp='198.51.100.1', BgpAsn=65000)['CustomerGateway']['CustomerGatewayId']
waited('customer_gateway_available', CustomerGatewayIds=[customer])
vpn_gateway = ec2.create_vpn_gateway(Type='ipsec.1')['VpnGateway']['VpnGatewayId']
vpn = ec2.create_vpn_connection(Type='ipsec.1', CustomerGatewayId=customer, VpnGatewayId=vpn_gateway)['VpnConnection']['VpnConnectionId']
waited('vpn_connection_available', VpnConnectionIds=[vpn])
ec2.create_key_pair(KeyName='sweep', KeyType='ed25519')
waited('key_pair_exists', KeyNames=['sweep'])
prefixes = ec2.create_managed_prefix_list(
    PrefixListName='sweep', AddressFamily='IPv4', MaxEntries=7,
    Entries=[{'Cidr': f'192.0.2.{n}/32'} for n in range(7)])['PrefixList']['PrefixListId']
for n in range(2):
    ec2.create_launch_template(LaunchTemplateName=f'sweep{n}', LaunchTemplateData={'InstanceType': 't3.micro'})
transit = ec2.create_transit_gateway()['TransitGateway']['TransitGatewayId']
while ec2.describe_transit_gateways(TransitGatewayIds=[transit])['TransitGateways'][0]['State'] != 'available':
    time.sleep(0.2)
attachment = ec2.create_transit_gateway_vpc_attachment(
    TransitGatewayId=transit, VpcId=vpc, SubnetIds=[subnets[0]])['TransitGatewayVpcAttachment']['TransitGatewayAttachmentId']
transit_table = ec2.describe_transit_gateway_route_tables()['TransitGatewayRouteTables'][0]['TransitGatewayRouteTableId']

# Every paginator of an operation that is served, in pages of the smallest size.
needed = {
    'DescribeLaunchTemplateVersions': {'LaunchTemplateName': 'sweep0'},
    'DescribeStaleSecurityGroups': {'VpcId': vpc},
    'GetManagedPrefixListAssociations': {'PrefixListId': prefixes},
    'GetManagedPrefixListEntries': {'PrefixListId': prefixes},
    'GetSecurityGroupsForVpc': {'VpcId': vpc},
    'GetTransitGatewayAttachmentPropagations': {'TransitGatewayAttachmentId': attachment},
    'GetTransitGatewayRouteTableAssociations': {'TransitGatewayRouteTableId': transit_table},
    'GetTransitGatewayRouteTablePropagations': {'TransitGatewayRouteTableId': transit_table},
    'SearchTransitGatewayRoutes': {
        'TransitGatewayRouteTableId': transit_table, 'Filters': [{'Name': 'state', 'Values': ['active']}]},
}
# What is there is shown in several pages.
several = {
    'DescribeSubnets', 'DescribeSecurityGroups', 'DescribeRouteTables', 'DescribeNetworkInterfaces',
    'GetManagedPrefixListEntries', 'GetSecurityGroupsForVpc', 'DescribeInstanceTypes',
}
# A service is needed, which endpoint clients' tests have.
elsewhere = {'DescribeVpcEndpointServicePermissions'}
retired = {'DescribeVpcClassicLinkDnsSupport', 'DescribeClassicLinkInstances'}
walked = set()
for operation in ec2.meta.service_model.operation_names:
    method = xform_name(operation)
    if not ec2.can_paginate(method) or operation in elsewhere:
        continue
    shape = ec2.meta.service_model.operation_model(operation).input_shape
    required = set(shape.required_members) - set(needed.get(operation, {}))
    limit = shape.members.get('MaxResults')
    config = {'PageSize': max(5, limit.metadata.get('min', 5))} if limit else {}
    try:
        if required:
            continue
        pages = list(ec2.get_paginator(method).paginate(**needed.get(operation, {}), PaginationConfig=config))
    except ClientError as error:
        code = error.response['Error']['Code']
        assert code == 'InvalidAction' or (code == 'UnsupportedOperation' and operation in retired), (operation, error)
        continue
    assert len(pages) > 1 or operation not in several, operation
    walked.add(operation)
assert several <= walked, several - walked
assert len(walked) > 80, len(walked)
print(len(walked), 'paginators')

# A waiter for what is there ends at once; one for what is not goes on, or says so.
for waiter, (parameter, identifier) in missing.items():
    try:
        ec2.get_waiter(waiter).wait(**{parameter: [identifier]}, WaiterConfig={'Delay': 1, 'MaxAttempts': 1})
        raise AssertionError(f'{waiter} is content with {identifier}')
    except Exception as error:  # noqa: BLE001
        assert 'NotFound' in str(error) or 'Max attempts' in str(error), error
refused('DryRunOperation', ec2.create_launch_template, LaunchTemplateName='dry', LaunchTemplateData={'KeyName': 'k'}, DryRun=True)
refused('InvalidNextToken', ec2.describe_subnets, NextToken='not-ours')
refused('InvalidParameterValue', ec2.describe_vpcs, Filters=[{'Name': 'colour', 'Values': ['red']}])
refused('UnsupportedOperation', ec2.describe_vpc_classic_link)

# Everything goes again, and waiters see it go.
ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=attachment)
ec2.delete_vpn_connection(VpnConnectionId=vpn)
waited('vpn_connection_deleted', VpnConnectionIds=[vpn])
ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
waited('vpc_peering_connection_deleted', VpcPeeringConnectionIds=[peering])
ec2.delete_nat_gateway(NatGatewayId=nat)
waited('nat_gateway_deleted', NatGatewayIds=[nat])
print('done')

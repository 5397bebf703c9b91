"""What unmodified boto3 does with Elastic Load Balancing: waiters, paginators and error codes."""

import boto3
from boto3_refusal import refused

ec2 = boto3.client('ec2')
elb = boto3.client('elbv2')


def all_of(operation, member, **parameters):
    pages = elb.get_paginator(operation).paginate(PaginationConfig={'PageSize': 2}, **parameters)
    return [one for page in pages for one in page[member]]


vpc = ec2.create_vpc(CidrBlock='10.9.0.0/16')['Vpc']['VpcId']
subnet = ec2.create_subnet(VpcId=vpc, CidrBlock='10.9.1.0/24', AvailabilityZone='us-east-1a')['Subnet']['SubnetId']
made = [
    elb.create_load_balancer(
        Name=f'boto{number}', Type='network', Scheme='internal', Subnets=[subnet], Tags=[{'Key': 'n', 'Value': str(number)}]
    )['LoadBalancers'][0]
    for number in range(3)
]
arns = [one['LoadBalancerArn'] for one in made]
assert made[0]['State'] == {'Code': 'provisioning'} and made[0]['Type'] == 'network', made[0]
elb.get_waiter('load_balancer_available').wait(LoadBalancerArns=arns, WaiterConfig={'Delay': 1})
assert [one['LoadBalancerArn'] for one in all_of('describe_load_balancers', 'LoadBalancers')] == arns
tags = elb.describe_tags(ResourceArns=[arns[2]])['TagDescriptions']
assert tags == [{'ResourceArn': arns[2], 'Tags': [{'Key': 'n', 'Value': '2'}]}], tags

group = elb.create_target_group(
    Name='boto', Protocol='TCP', Port=80, VpcId=vpc, TargetType='ip', HealthCheckProtocol='HTTP', HealthCheckPath='/up'
)['TargetGroups'][0]
assert group['HealthCheckPath'] == '/up' and group['Matcher'] == {'HttpCode': '200-399'}, group
forward = [{'Type': 'forward', 'TargetGroupArn': group['TargetGroupArn']}]
listener = elb.create_listener(LoadBalancerArn=arns[0], Protocol='TCP', Port=80, DefaultActions=forward)['Listeners'][0]
assert [one['Port'] for one in all_of('describe_listeners', 'Listeners', LoadBalancerArn=arns[0])] == [80]
assert all_of('describe_rules', 'Rules', ListenerArn=listener['ListenerArn'])[0]['IsDefault']
assert 'already exists on this port' in refused(
    'DuplicateListener', elb.create_listener, LoadBalancerArn=arns[0], Protocol='TCP', Port=80, DefaultActions=forward,
    Tags=[{'Key': 'a', 'Value': 'b'}])
assert 'more than one load balancer' in refused(
    'TargetGroupAssociationLimit', elb.create_listener,
    LoadBalancerArn=arns[1], Protocol='TCP', Port=80, DefaultActions=forward)

targets = [{'Id': '10.9.1.9'}, {'Id': '192.168.0.9', 'Port': 81, 'AvailabilityZone': 'all'}]
elb.register_targets(TargetGroupArn=group['TargetGroupArn'], Targets=targets)
health = elb.describe_target_health(TargetGroupArn=group['TargetGroupArn'])['TargetHealthDescriptions']
assert [one['Target'] for one in health] == [
    {'Id': '10.9.1.9', 'Port': 80}, {'Id': '192.168.0.9', 'Port': 81, 'AvailabilityZone': 'all'}], health
elb.modify_target_group_attributes(
    TargetGroupArn=group['TargetGroupArn'], Attributes=[{'Key': 'deregistration_delay.timeout_seconds', 'Value': '0'}])
elb.deregister_targets(TargetGroupArn=group['TargetGroupArn'], Targets=targets)
elb.get_waiter('target_deregistered').wait(TargetGroupArn=group['TargetGroupArn'], Targets=targets)

other = ec2.create_subnet(VpcId=vpc, CidrBlock='10.9.2.0/24', AvailabilityZone='us-east-1b')['Subnet']['SubnetId']
web = elb.create_load_balancer(Name='web', Scheme='internal', Subnets=[subnet, other])['LoadBalancers'][0]
elb.get_waiter('load_balancer_available').wait(LoadBalancerArns=[web['LoadBalancerArn']], WaiterConfig={'Delay': 1})
assert web['Type'] == 'application' and len(web['SecurityGroups']) == 1, web
no = {'Type': 'fixed-response', 'FixedResponseConfig': {'StatusCode': '404'}}
http = elb.create_listener(LoadBalancerArn=web['LoadBalancerArn'], Protocol='HTTP', Port=80, DefaultActions=[no])['Listeners'][0]
rules = [
    elb.create_rule(
        ListenerArn=http['ListenerArn'], Priority=priority, Actions=[no],
        Conditions=[{'Field': 'path-pattern', 'PathPatternConfig': {'Values': [f'/{priority}']}}])['Rules'][0]
    for priority in (2, 1)
]
elb.set_rule_priorities(RulePriorities=[
    {'RuleArn': rules[0]['RuleArn'], 'Priority': 1}, {'RuleArn': rules[1]['RuleArn'], 'Priority': 2}])
shown = all_of('describe_rules', 'Rules', ListenerArn=http['ListenerArn'])
assert [one['Conditions'][0]['Values'] for one in shown[:2]] == [['/2'], ['/1']] and len(shown) == 3, shown
assert 'currently in use' in refused(
    'PriorityInUse', elb.create_rule, ListenerArn=http['ListenerArn'], Priority=1, Actions=[no],
    Conditions=[{'Field': 'path-pattern', 'Values': ['/3']}])
arns.append(web['LoadBalancerArn'])

assert len(all_of('describe_ssl_policies', 'SslPolicies')) > 10
assert len(all_of('describe_account_limits', 'Limits')) > 5
assert 'in use by a listener' in refused(
    'ResourceInUse', elb.delete_target_group, TargetGroupArn=group['TargetGroupArn'])
for arn in arns:
    elb.delete_load_balancer(LoadBalancerArn=arn)
elb.get_waiter('load_balancers_deleted').wait(LoadBalancerArns=arns)
elb.delete_target_group(TargetGroupArn=group['TargetGroupArn'])
assert "'[boto0]'" in refused('LoadBalancerNotFound', elb.describe_load_balancers, Names=['boto0'])
assert ec2.describe_network_interfaces()['NetworkInterfaces'] == []
for one in (subnet, other):
    ec2.delete_subnet(SubnetId=one)
print('ok')

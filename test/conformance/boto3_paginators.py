"""Every paginator and every waiter that boto3 has for what Postern serves, service by service, by what it asks at the least:
there are pages, or what is named is not there."""

from pathlib import Path

import boto3
from botocore.exceptions import ClientError, WaiterError

TABLES = Path(__file__).parents[2] / 'src' / 'wire' / 'generated'
NAMES = {'elasticloadbalancing': 'elbv2', 'monitoring': 'cloudwatch', 'servicequotas': 'service-quotas'}
# Refused by AWS too when nothing more is said: what is retired, what must name one of two things, and whatever is asked of an
# organization by an account that has none.
BARE = {
    'describe_classic_link_instances', 'describe_vpc_classic_link_dns_support', 'describe_launch_template_versions',
    'describe_listeners', 'describe_rules', 'describe_log_streams', 'filter_log_events',
    'list_aws_service_access_for_organization', 'list_accounts', 'list_create_account_status',
    'list_delegated_administrators', 'list_roots', 'list_service_network_resource_associations',
    'list_service_network_vpc_associations',
}
NOBODY = 'none-0123456789abcdef0'
OTHERS = {'boolean': False, 'timestamp': 0, 'double': 1.0, 'float': 1.0, 'blob': b''}


def example(shape):
    """The least that botocore lets pass."""
    if getattr(shape, 'enum', None):
        return shape.enum[0]
    if shape.type_name == 'string':
        return NOBODY.ljust(shape.metadata.get('min', 0), '0')[:shape.metadata.get('max')]
    if shape.type_name == 'list':
        return [example(shape.member)]
    if shape.type_name == 'map':
        return {}
    if shape.type_name == 'structure':
        return {name: example(shape.members[name]) for name in shape.required_members}
    if shape.type_name in ('integer', 'long'):
        return shape.metadata.get('min', 1)
    return OTHERS[shape.type_name]


def is_refused(what, error):
    """Whether the operation itself is: of all others what they name is not there, or not a name."""
    code, status = error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']
    if 'Postern does not serve it yet' in str(error) or status == 501:
        return True
    assert 400 <= status < 500 and code != 'InvalidAction', f'{what}: {status} {error}'
    return False


def walk(client, method, model):
    """Whether it is served: all pages, or why there are none."""
    needed = example(model.input_shape) if model.input_shape else {}
    try:
        for page in client.get_paginator(method).paginate(**needed):
            assert page['ResponseMetadata']['HTTPStatusCode'] == 200, method
        return True
    except ClientError as error:
        if is_refused(method, error):
            return False
        assert needed or method in BARE, f'{method} asks for nothing and is refused: {error}'
        return True


def wait(waiter, model):
    """Whether it is served: asked once, since whether it is content with an empty world is its own affair."""
    try:
        waiter.wait(**(example(model.input_shape) if model.input_shape else {}), WaiterConfig={'MaxAttempts': 1})
    except WaiterError as error:
        return 'Postern does not serve it yet' not in str(error)
    return True


paginators = waiters = 0
for table in sorted(TABLES.glob('*.json')):
    client = boto3.client(NAMES.get(table.stem, table.stem))
    service = client.meta.service_model
    for method, operation in client.meta.method_to_api_mapping.items():
        if client.can_paginate(method):
            paginators += walk(client, method, service.operation_model(operation))
    for name in client.waiter_names:
        waiter = client.get_waiter(name)
        waiters += wait(waiter, service.operation_model(waiter.config.operation))
assert paginators > 200 and waiters > 40, (paginators, waiters)
print(paginators, 'paginators', waiters, 'waiters')

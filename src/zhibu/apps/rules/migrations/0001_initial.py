import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(max_length=60)),
                ('version', models.DateField()),
                ('document', models.CharField(max_length=60)),
                ('article', models.PositiveSmallIntegerField(null=True)),
                ('dated', models.DateField()),
                ('in_force', models.DateField()),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('confirmed_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-since', '-confirmed_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('rule', 'version'), name='confirmation_one_open'), models.CheckConstraint(condition=models.Q(('document', ''), _negated=True), name='confirmation_names_document'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='confirmation_until_not_before_since')],
            },
        ),
    ]

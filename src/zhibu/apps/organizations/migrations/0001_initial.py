import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Organization',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('initials', models.CharField(blank=True, max_length=80)),
                ('kind', models.CharField(choices=[('leading_group', '党组'), ('committee', '机关党委'), ('general_branch', '党总支'), ('branch', '党支部'), ('group', '党小组')], max_length=20)),
                ('founded', models.DateField(blank=True, null=True)),
                ('dissolved', models.DateField(blank=True, null=True)),
                ('began', models.DateField()),
                ('path', models.CharField(db_index=True, max_length=60)),
                ('depth', models.PositiveSmallIntegerField()),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='organizations.organization')),
            ],
            options={
                'ordering': ['path'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['leading_group', 'committee', 'general_branch', 'branch', 'group'])), name='organization_kind_known'), models.CheckConstraint(condition=models.Q(('dissolved__isnull', True), ('founded__isnull', True), ('dissolved__gt', models.F('founded')), _connector='OR'), name='organization_dissolved_after_founded'), models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('dissolved__isnull', False), _connector='OR'), name='organization_merged_is_dissolved')],
            },
        ),
        migrations.CreateModel(
            name='FormerName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('until', models.DateField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_names', to='organizations.organization')),
            ],
            options={
                'ordering': ['organization', 'until'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'until'), name='former_name_one_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placements', to='organizations.organization')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organizations.organization')),
            ],
            options={
                'ordering': ['organization', 'since'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='placement_until_after_since'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('organization',), name='placement_one_open'), models.UniqueConstraint(fields=('organization', 'since'), name='placement_once_a_day'), models.CheckConstraint(condition=models.Q(('parent', models.F('organization')), _negated=True), name='placement_not_under_itself')],
            },
        ),
    ]

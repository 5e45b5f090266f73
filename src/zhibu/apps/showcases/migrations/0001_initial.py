import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('archive', '0001_initial'),
        ('lists', '0001_initial'),
        ('organizations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Playbook',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('uid', models.UUIDField()),
                ('is_received', models.BooleanField(default=False)),
                ('house', models.CharField(max_length=120)),
                ('branch', models.CharField(max_length=120)),
                ('key', models.CharField(max_length=64)),
                ('readership', models.CharField(choices=[('branch', '本组织和上级'), ('house', '全单位'), ('public', '公开')], max_length=8)),
                ('began_at', models.DateTimeField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='playbooks', to='organizations.organization')),
            ],
            options={
                'ordering': ['-began_at'],
                'constraints': [models.UniqueConstraint(fields=('uid', 'organization'), name='playbook_once'), models.UniqueConstraint(condition=models.Q(('is_received', False)), fields=('organization',), name='one_playbook_of_its_own')],
            },
        ),
        migrations.CreateModel(
            name='PlaybookEdition',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=120)),
                ('items', models.PositiveSmallIntegerField()),
                ('published_on', models.DateField()),
                ('sha256', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='archive.event')),
                ('playbook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='showcases.playbook')),
            ],
            options={
                'ordering': ['playbook', '-number'],
                'constraints': [models.UniqueConstraint(fields=('playbook', 'number'), name='playbook_edition_once')],
            },
        ),
        migrations.CreateModel(
            name='Adoption',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('adopted_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='archive.event')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adoptions', to='organizations.organization')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adoptions', to='showcases.playbookedition')),
            ],
            options={
                'ordering': ['-adopted_at'],
                'indexes': [models.Index(fields=['organization', '-adopted_at'], name='showcases_a_organiz_120d29_idx')],
            },
        ),
        migrations.CreateModel(
            name='Showcase',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reasons', models.CharField(max_length=1000)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('ended_on', models.DateField(null=True)),
                ('why_ended', models.CharField(blank=True, max_length=500)),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
                ('playbook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='showcases', to='showcases.playbook')),
            ],
            options={
                'ordering': ['-since'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reasons', ''), _negated=True), name='showcase_says_why'), models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='showcase_span_is_forward')],
            },
        ),
        migrations.CreateModel(
            name='Taken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('adoption', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='taken', to='showcases.adoption')),
                ('article', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='lists.article')),
                ('draft', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lists.draft')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('adoption', 'key'), name='taken_once')],
            },
        ),
    ]

import django.db.models.deletion
import uuid6
import zhibu.domain.terms
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('archive', '0001_initial'),
        ('organizations', '0001_initial'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('on', models.DateField()),
                ('readership', models.CharField(choices=[('branch', '本组织和上级'), ('house', '全单位'), ('public', '公开')], max_length=8)),
                ('published_at', models.DateTimeField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='archive.document')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='archive.event')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='organizations.organization')),
            ],
            options={
                'ordering': ['organization__path', '-number'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'number'), name='edition_once')],
            },
        ),
        migrations.CreateModel(
            name='Section',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('standard', '标准'), ('rules', '制度清单'), ('duties', '责任清单'), ('prohibitions', '负面清单')], max_length=12)),
                ('number', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=120)),
                ('reach', models.CharField(choices=[('own', '本组织'), ('branches', '下属各党支部')], default='own', max_length=8)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sections', to='organizations.organization')),
            ],
            options={
                'ordering': ['organization__path', 'kind', 'number'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'kind', 'number'), name='section_number_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='section_number_from_one'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='section_has_title')],
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='lists.section')),
            ],
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=500)),
                ('said_at', models.DateTimeField()),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='statements', to='lists.article')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='organizations.organization')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'ordering': ['-said_at'],
                'indexes': [models.Index(fields=['organization', 'article', '-said_at'], name='lists_state_organiz_32c86d_idx')],
            },
        ),
        migrations.CreateModel(
            name='Understanding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('said_at', models.DateTimeField()),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='understandings', to='lists.edition')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('edition', 'person'), name='understanding_once')],
            },
        ),
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('text', models.TextField(max_length=4000)),
                ('bearer', models.CharField(blank=True, choices=[('organization', '党支部'), ('secretary', '书记'), ('deputy_secretary', '副书记'), ('committee_member', '支部委员'), ('organization_officer', '组织委员'), ('publicity_officer', '宣传委员'), ('discipline_officer', '纪检委员'), ('youth_officer', '青年委员'), ('group_leader', '党小组组长'), ('member', '党员')], max_length=24)),
                ('is_right', models.BooleanField(default=False)),
                ('proof', models.CharField(choices=[('none', '不便衡量'), ('requirement', '按要求的落实情况'), ('task', '会议交办的事项'), ('statement', '本人说明')], default='none', max_length=12)),
                ('requirement', models.CharField(blank=True, max_length=60)),
                ('tasks', models.JSONField(blank=True, default=list)),
                ('source', models.CharField(blank=True, max_length=200)),
                ('consequence', models.CharField(blank=True, max_length=500)),
                ('ask', models.CharField(blank=True, max_length=200)),
                ('written_at', models.DateTimeField()),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wordings', to='lists.article')),
            ],
            options={
                'ordering': ['article', 'since'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='wording_until_after_since'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('article',), name='wording_one_open'), models.UniqueConstraint(fields=('article', 'since'), name='wording_once_a_day'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='wording_number_from_one'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='wording_says_something'), models.CheckConstraint(condition=models.Q(models.Q(('proof', zhibu.domain.terms.Proof['REQUIREMENT']), models.Q(('requirement', ''), _negated=True)), models.Q(models.Q(('proof', zhibu.domain.terms.Proof['REQUIREMENT']), _negated=True), ('requirement', '')), _connector='OR'), name='wording_names_requirement')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('standard', '标准'), ('rules', '制度清单'), ('duties', '责任清单'), ('prohibitions', '负面清单')], max_length=12)),
                ('section', models.CharField(max_length=120)),
                ('text', models.TextField(max_length=4000)),
                ('bearer', models.CharField(blank=True, choices=[('organization', '党支部'), ('secretary', '书记'), ('deputy_secretary', '副书记'), ('committee_member', '支部委员'), ('organization_officer', '组织委员'), ('publicity_officer', '宣传委员'), ('discipline_officer', '纪检委员'), ('youth_officer', '青年委员'), ('group_leader', '党小组组长'), ('member', '党员')], max_length=24)),
                ('is_right', models.BooleanField(default=False)),
                ('proof', models.CharField(choices=[('none', '不便衡量'), ('requirement', '按要求的落实情况'), ('task', '会议交办的事项'), ('statement', '本人说明')], default='none', max_length=12)),
                ('requirement', models.CharField(blank=True, max_length=60)),
                ('source', models.CharField(blank=True, max_length=200)),
                ('consequence', models.CharField(blank=True, max_length=500)),
                ('ask', models.CharField(blank=True, max_length=200)),
                ('credit', models.CharField(max_length=400)),
                ('state', models.CharField(choices=[('open', '草稿'), ('in_force', '已施行'), ('dropped', '未采用')], default='open', max_length=8)),
                ('written_at', models.DateTimeField()),
                ('article', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='drafts', to='lists.article')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='organizations.organization')),
            ],
            options={
                'ordering': ['written_at', 'id'],
                'indexes': [models.Index(fields=['organization', 'state', 'written_at'], name='lists_draft_organiz_20c7b3_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='draft_says_something'), models.CheckConstraint(condition=models.Q(('section', ''), _negated=True), name='draft_has_section')],
            },
        ),
    ]

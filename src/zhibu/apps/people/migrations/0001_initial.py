import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organizations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('login', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(blank=True, max_length=40)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('staff_number', models.CharField(max_length=20, unique=True)),
                ('name', models.CharField(db_index=True, max_length=40)),
                ('initials', models.CharField(blank=True, db_index=True, max_length=40)),
                ('pinyin', models.CharField(blank=True, db_index=True, max_length=160)),
                ('gender', models.CharField(blank=True, choices=[('female', '女'), ('male', '男')], max_length=8)),
                ('born', models.DateField(blank=True, null=True)),
                ('phone', models.CharField(blank=True, max_length=20)),
                ('work_began', models.DateField(blank=True, null=True)),
                ('affiliation', models.CharField(blank=True, choices=[('full_member', '中共党员'), ('probationary_member', '中共预备党员'), ('league_member', '共青团员'), ('other_party', '民主党派'), ('none', '群众')], max_length=20)),
            ],
            options={
                'ordering': ['staff_number'],
                'indexes': [models.Index(fields=['id', 'work_began'], name='people_pers_id_ac86b1_idx')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('label', models.CharField(max_length=60)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['made_at'],
            },
        ),
        migrations.CreateModel(
            name='OneTimeCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='one_time_code', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='account',
            name='person',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='account', to='people.person'),
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('ends', models.DateField(blank=True, null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='organizations.organization')),
            ],
            options={
                'ordering': ['organization', 'since'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='term_until_after_since'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('organization',), name='term_one_open'), models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gt', models.F('since')), _connector='OR'), name='term_ends_after_since')],
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('post', models.CharField(choices=[('secretary', '书记'), ('deputy_secretary', '副书记'), ('organization_officer', '组织委员'), ('publicity_officer', '宣传委员'), ('discipline_officer', '纪检委员'), ('youth_officer', '青年委员'), ('committee_member', '委员'), ('group_leader', '党小组组长')], max_length=24)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='organizations.organization')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='people.person')),
                ('term', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='people.term')),
            ],
            options={
                'ordering': ['organization', 'since'],
                'indexes': [models.Index(fields=['organization', 'post'], name='people_appo_organiz_08bb73_idx'), models.Index(fields=['person', 'since'], name='people_appo_person__ae92e8_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='appointment_until_after_since'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('person', 'organization', 'post'), name='appointment_one_open'), models.UniqueConstraint(condition=models.Q(('post__in', ['secretary']), ('until__isnull', True)), fields=('organization',), name='appointment_one_secretary'), models.CheckConstraint(condition=models.Q(('post__in', ['secretary', 'deputy_secretary', 'organization_officer', 'publicity_officer', 'discipline_officer', 'youth_officer', 'committee_member', 'group_leader'])), name='appointment_post_known')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('system', '系统管理员'), ('security', '安全管理员'), ('audit', '审计管理员'), ('window_manager', '窗口管理员')], max_length=20)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='organizations.organization')),
            ],
            options={
                'ordering': ['account', 'since'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='grant_until_after_since'), models.UniqueConstraint(condition=models.Q(('until__isnull', True), ('role__in', ['system', 'security', 'audit'])), fields=('account',), name='grant_administrator_one_open', violation_error_message="No one holds two of the three administrators' roles."), models.CheckConstraint(condition=models.Q(models.Q(('organization__isnull', False), ('role', 'window_manager')), models.Q(models.Q(('role', 'window_manager'), _negated=True), ('organization__isnull', True)), _connector='OR'), name='grant_scope_fits_role')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('standing', models.CharField(choices=[('full', '正式党员'), ('probationary', '预备党员'), ('suspended', '权利停止')], max_length=12)),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='group_memberships', to='organizations.organization')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='organizations.organization')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='people.person')),
            ],
            options={
                'ordering': ['person', 'since'],
                'indexes': [models.Index(fields=['organization', 'since', 'until'], name='people_memb_organiz_617b32_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='membership_until_after_since'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('person',), name='membership_one_open'), models.UniqueConstraint(fields=('person', 'since'), name='membership_once_a_day'), models.CheckConstraint(condition=models.Q(('standing__in', ['full', 'probationary', 'suspended'])), name='membership_standing_known')],
            },
        ),
        migrations.CreateModel(
            name='Employment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('department', models.CharField(blank=True, max_length=60)),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='organizations.organization')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='people.person')),
            ],
            options={
                'ordering': ['person', 'since'],
                'indexes': [models.Index(fields=['organization', 'since', 'until'], name='people_empl_organiz_89fde9_idx'), models.Index(fields=['person', 'since', 'until'], name='people_empl_person__7a2313_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='employment_until_after_since'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('person',), name='employment_one_open'), models.UniqueConstraint(fields=('person', 'since'), name='employment_once_a_day')],
            },
        ),
    ]

import django.db.models.deletion
import django.db.models.expressions
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('archive', '0001_initial'),
        ('organizations', '0001_initial'),
        ('people', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='LedgerLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hours', models.CharField(blank=True, max_length=120)),
                ('place', models.CharField(blank=True, max_length=80)),
                ('chair', models.CharField(blank=True, max_length=60)),
                ('lecturer', models.CharField(blank=True, max_length=60)),
                ('recorder', models.CharField(blank=True, max_length=60)),
                ('expected', models.PositiveSmallIntegerField()),
                ('present', models.PositiveSmallIntegerField()),
                ('absent', models.CharField(blank=True, max_length=2000)),
                ('observers', models.CharField(blank=True, max_length=1000)),
                ('resolutions', models.TextField(blank=True, max_length=4000)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('present__lte', models.F('expected'))), name='ledger_present_within_expected')],
            },
        ),
        migrations.CreateModel(
            name='AgendaItem',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=200)),
                ('is_open', models.BooleanField(default=True)),
                ('carried_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='meetings.agendaitem')),
            ],
            options={
                'ordering': ['meeting', 'position'],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizations.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(max_length=4000)),
                ('due', models.DateField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
            ],
            options={
                'ordering': ['made_at'],
            },
        ),
        migrations.CreateModel(
            name='Election',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('what', models.CharField(max_length=120)),
                ('seats', models.PositiveSmallIntegerField()),
                ('voters', models.PositiveSmallIntegerField()),
                ('voters_present', models.PositiveSmallIntegerField()),
                ('issued', models.PositiveSmallIntegerField()),
                ('returned', models.PositiveSmallIntegerField()),
                ('void', models.PositiveSmallIntegerField(default=0)),
                ('why_void', models.CharField(blank=True, max_length=30)),
                ('next_step', models.CharField(max_length=30)),
                ('rule', models.CharField(max_length=60)),
                ('citation', models.CharField(max_length=200)),
                ('counted_at', models.DateTimeField()),
                ('agenda_item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='elections', to='meetings.agendaitem')),
                ('first', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='second_ballots', to='meetings.election')),
            ],
            options={
                'ordering': ['counted_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('void__lte', models.F('returned'))), name='election_void_within_returned'), models.CheckConstraint(condition=models.Q(('seats__gte', 1)), name='election_fills_a_seat')],
            },
        ),
        migrations.CreateModel(
            name='Candidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('votes', models.PositiveSmallIntegerField()),
                ('elected', models.BooleanField(default=False)),
                ('tied', models.BooleanField(default=False)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('election', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='candidates', to='meetings.election')),
            ],
            options={
                'ordering': ['election', 'position'],
                'constraints': [models.UniqueConstraint(fields=('election', 'person'), name='candidate_once')],
            },
        ),
        migrations.CreateModel(
            name='Filing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filed_at', models.DateTimeField()),
                ('voters', models.PositiveSmallIntegerField(null=True)),
                ('voters_present', models.PositiveSmallIntegerField(null=True)),
                ('has_election', models.BooleanField(default=False)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='archive.document')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='archive.event')),
            ],
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(max_length=20000)),
                ('made_at', models.DateTimeField()),
                ('answers', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='meetings.comment')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('filing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='meetings.filing')),
            ],
            options={
                'ordering': ['made_at'],
            },
        ),
        migrations.AddField(
            model_name='comment',
            name='filing',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='meetings.filing'),
        ),
        migrations.CreateModel(
            name='LedgerName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('named', models.CharField(choices=[('absent', '缺席'), ('observer', '列席')], max_length=10)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='names', to='meetings.ledgerline')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('line', 'person', 'named'), name='ledger_name_once')],
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('general_meeting', '支部党员大会'), ('branch_committee_meeting', '支部委员会会议'), ('committee_meeting', '委员会会议'), ('group_meeting', '党小组会'), ('lesson', '党课'), ('theme_day', '主题党日'), ('organization_life_meeting', '组织生活会'), ('appraisal', '民主评议党员')], max_length=30)),
                ('title', models.CharField(max_length=120)),
                ('stage', models.CharField(choices=[('draft', '拟定'), ('announced', '已通知'), ('open', '进行中'), ('closed', '已散会'), ('drafted', '记录待确认'), ('approved', '记录已确认'), ('filed', '已归档'), ('postponed', '延期'), ('not_held', '未召开')], default='draft', max_length=12)),
                ('audience', models.CharField(choices=[('voters', '有表决权的党员'), ('members', '全体党员'), ('committee', '委员'), ('staff', '全体人员'), ('chosen', '指定人员')], max_length=10)),
                ('repeated', models.BooleanField(default=False)),
                ('held_on', models.DateField(blank=True, null=True)),
                ('announced_at', models.DateTimeField(blank=True, null=True)),
                ('filed_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('asked_for', models.CharField(blank=True, max_length=300)),
                ('late_reason', models.CharField(blank=True, max_length=300)),
                ('made_at', models.DateTimeField()),
                ('chair', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('chosen', models.ManyToManyField(blank=True, related_name='+', to='people.person')),
                ('convener', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('host', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='guests', to='meetings.meeting')),
                ('joint_with', models.ManyToManyField(blank=True, related_name='joint_meetings', to='organizations.organization')),
                ('lecturer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='organizations.organization')),
                ('recorder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'ordering': ['-held_on', '-made_at'],
                'indexes': [models.Index(fields=['organization', 'held_on'], name='meetings_me_organiz_f7bc06_idx'), models.Index(fields=['stage'], name='meetings_me_stage_f77030_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['general_meeting', 'branch_committee_meeting', 'committee_meeting', 'group_meeting', 'lesson', 'theme_day', 'organization_life_meeting', 'appraisal'])), name='meeting_kind_known'), models.CheckConstraint(condition=models.Q(('stage__in', ['draft', 'announced', 'open', 'closed', 'drafted', 'approved', 'filed', 'postponed', 'not_held'])), name='meeting_stage_known'), models.CheckConstraint(condition=models.Q(models.Q(('filed_at__isnull', False), ('held_on__isnull', False), ('stage', 'filed')), models.Q(models.Q(('stage', 'filed'), _negated=True), ('filed_at__isnull', True)), _connector='OR'), name='meeting_filed_has_instant'), models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ['postponed', 'not_held']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='meeting_reason_where_not_held'), models.CheckConstraint(condition=models.Q(('host', models.F('id')), _negated=True), name='meeting_no_guest_of_itself')],
            },
        ),
        migrations.AddField(
            model_name='ledgerline',
            name='meeting',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='ledger_line', to='meetings.meeting'),
        ),
        migrations.CreateModel(
            name='Leave',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('shift', '当班'), ('duty', '公务出差'), ('leave', '休假'), ('health', '身体原因'), ('personal', '个人事务'), ('other', '其他')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=120)),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('granted', models.BooleanField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leaves', to='people.person')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leaves', to='meetings.meeting')),
            ],
            options={
                'ordering': ['asked_at'],
                'constraints': [models.UniqueConstraint(fields=('meeting', 'person'), name='leave_once'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('granted__isnull', True)), models.Q(('answered_at__isnull', False), ('granted__isnull', False)), _connector='OR'), name='leave_answer_has_instant')],
            },
        ),
        migrations.AddField(
            model_name='filing',
            name='meeting',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='filing', to='meetings.meeting'),
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('approved_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approvals', to='meetings.meeting')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('meeting', 'person'), name='approval_once')],
            },
        ),
        migrations.AddField(
            model_name='agendaitem',
            name='meeting',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agenda', to='meetings.meeting'),
        ),
        migrations.CreateModel(
            name='MinutesText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(choices=[('conveyed', '传达学习内容'), ('discussion', '发言要点'), ('summary', '主持人总结')], max_length=12)),
                ('text', models.TextField(blank=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('saved_at', models.DateTimeField()),
                ('agenda_item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='meetings.agendaitem')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='meetings.meeting')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['meeting', 'agenda_item__position', 'field'],
                'constraints': [models.UniqueConstraint(fields=('meeting', 'agenda_item', 'field'), name='minutes_text_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('media_type', models.CharField(max_length=100)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('is_signed_sheet', models.BooleanField(default=False)),
                ('added_at', models.DateTimeField()),
                ('agenda_item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='papers', to='meetings.agendaitem')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='meetings.meeting')),
            ],
            options={
                'ordering': ['added_at'],
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_at', models.DateTimeField()),
                ('before', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='read_at', to='meetings.meeting')),
                ('correction', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reading', to='meetings.correction')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='meetings.meeting')),
            ],
            options={
                'ordering': ['read_at'],
                'constraints': [models.UniqueConstraint(fields=('meeting', 'before'), name='reading_once')],
            },
        ),
        migrations.CreateModel(
            name='RollEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('standing', models.CharField(blank=True, choices=[('full', '正式党员'), ('probationary', '预备党员'), ('suspended', '权利停止')], max_length=12)),
                ('votes', models.BooleanField()),
                ('observes', models.BooleanField(default=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roll', to='meetings.meeting')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roll_entries', to='people.person')),
            ],
            options={
                'ordering': ['meeting', 'position'],
                'constraints': [models.UniqueConstraint(fields=('meeting', 'person'), name='roll_person_once')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('place', models.CharField(blank=True, max_length=80)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('code_enabled', models.BooleanField(default=False)),
                ('code_key', models.CharField(blank=True, max_length=64)),
                ('head_count', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='meetings.meeting')),
            ],
            options={
                'ordering': ['starts_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='session_ends_after_start'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('opened_at__isnull', False), _connector='OR'), name='session_closed_was_open')],
            },
        ),
        migrations.CreateModel(
            name='EarlierAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=64)),
                ('already', models.BooleanField()),
                ('recorded_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='meetings.session')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('session', 'person', 'nonce'), name='earlier_answer_once'), models.CheckConstraint(condition=models.Q(('nonce', ''), _negated=True), name='earlier_answer_has_nonce')],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('expected', '待到会'), ('present', '到会'), ('absent', '缺席'), ('leave', '请假'), ('observer', '列席')], max_length=10)),
                ('reason', models.CharField(blank=True, choices=[('shift', '当班'), ('duty', '公务出差'), ('leave', '休假'), ('health', '身体原因'), ('personal', '个人事务'), ('other', '其他')], max_length=10)),
                ('nonce', models.CharField(blank=True, max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendances', to='people.person')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='meetings.session')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('session', 'person'), name='attendance_once'), models.CheckConstraint(condition=models.Q(('status__in', ['expected', 'present', 'absent', 'leave', 'observer'])), name='attendance_status_known')],
            },
        ),
        migrations.CreateModel(
            name='SetAside',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField()),
                ('based_on', models.PositiveIntegerField()),
                ('page', models.CharField(blank=True, max_length=32)),
                ('saved_at', models.DateTimeField()),
                ('beside', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='set_aside', to='meetings.minutestext')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['saved_at'],
            },
        ),
        migrations.CreateModel(
            name='Talk',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('held_on', models.DateField()),
                ('recorded_at', models.DateTimeField()),
                ('one', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='talks', to='organizations.organization')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-held_on', '-recorded_at'],
                'indexes': [models.Index(fields=['one', 'held_on'], name='meetings_ta_one_id_11ddb5_idx'), models.Index(fields=['other', 'held_on'], name='meetings_ta_other_i_4052ff_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('one', models.F('other')), _negated=True), name='talk_takes_two')],
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=300)),
                ('post', models.CharField(blank=True, choices=[('secretary', '书记'), ('deputy_secretary', '副书记'), ('organization_officer', '组织委员'), ('publicity_officer', '宣传委员'), ('discipline_officer', '纪检委员'), ('youth_officer', '青年委员'), ('committee_member', '委员'), ('group_leader', '党小组组长')], max_length=24)),
                ('due', models.DateField(blank=True, null=True)),
                ('done_on', models.DateField(blank=True, null=True)),
                ('report', models.CharField(blank=True, max_length=500)),
                ('agenda_item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tasks', to='meetings.agendaitem')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='people.person')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='meetings.meeting')),
                ('reported_at', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='meetings.meeting')),
            ],
            options={
                'ordering': ['due', 'id'],
                'indexes': [models.Index(fields=['holder', 'done_on'], name='meetings_ta_holder__30542c_idx')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('resolution', '作出决议'), ('admission', '接收预备党员'), ('confirmation', '预备党员转正'), ('election', '选举')], max_length=14)),
                ('text', models.TextField(max_length=4000)),
                ('way', models.CharField(choices=[('hands', '举手表决'), ('ballot', '无记名投票'), ('voice', '口头表决')], max_length=10)),
                ('voters', models.PositiveSmallIntegerField()),
                ('voters_present', models.PositiveSmallIntegerField()),
                ('in_favour', models.PositiveSmallIntegerField()),
                ('against', models.PositiveSmallIntegerField(default=0)),
                ('abstained', models.PositiveSmallIntegerField(default=0)),
                ('written_in_favour', models.PositiveSmallIntegerField(default=0)),
                ('written_against', models.PositiveSmallIntegerField(default=0)),
                ('outcome', models.CharField(max_length=20)),
                ('rule', models.CharField(max_length=60)),
                ('citation', models.CharField(max_length=200)),
                ('counted_at', models.DateTimeField()),
                ('about', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('agenda_item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='meetings.agendaitem')),
            ],
            options={
                'ordering': ['counted_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('voters_present__lte', models.F('voters'))), name='decision_voters_present_within_voters'), models.CheckConstraint(condition=models.Q(('voters_present__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('in_favour'), '+', models.F('against')), '+', models.F('abstained')))), name='decision_hands_within_voters_present')],
            },
        ),
        migrations.AddConstraint(
            model_name='agendaitem',
            constraint=models.UniqueConstraint(fields=('meeting', 'position'), name='agenda_position_once'),
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='turns', to='people.person')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='meetings.session')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('session', 'person'), name='turn_once')],
            },
        ),
    ]

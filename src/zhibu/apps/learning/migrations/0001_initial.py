import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('archive', '0001_initial'),
        ('meetings', '0001_initial'),
        ('organizations', '0001_initial'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('issuer', models.CharField(blank=True, max_length=80)),
                ('document', models.CharField(blank=True, max_length=160)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('dated', models.DateField(null=True)),
                ('text', models.TextField(max_length=4000)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('made_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='organizations.organization')),
            ],
            options={
                'ordering': ['-since', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='campaign_until_after_since'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), models.Q(('opened_at__isnull', False), ('until__isnull', False)), _connector='OR'), name='campaign_closed_was_open')],
            },
        ),
        migrations.CreateModel(
            name='MakeUp',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('declared', '待确认'), ('confirmed', '已补学'), ('refused', '未确认')], default='declared', max_length=10)),
                ('minutes', models.PositiveSmallIntegerField()),
                ('studied_on', models.DateField()),
                ('declared_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('because', models.CharField(blank=True, max_length=300)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='make_ups', to='meetings.meeting')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='make_ups', to='people.person')),
            ],
            options={
                'ordering': ['declared_at', 'id'],
                'indexes': [models.Index(fields=['person', 'studied_on'], name='learning_ma_person__225548_idx')],
                'constraints': [models.UniqueConstraint(fields=('meeting', 'person'), name='make_up_once'), models.CheckConstraint(condition=models.Q(('state__in', ['declared', 'confirmed', 'refused'])), name='make_up_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('because', ''), ('state', 'declared')), models.Q(('answered_at__isnull', False), ('because', ''), ('state', 'confirmed')), models.Q(('answered_at__isnull', False), ('state', 'refused'), models.Q(('because', ''), _negated=True)), _connector='OR'), name='make_up_answered_has_instant'), models.CheckConstraint(condition=models.Q(('answered_by__isnull', True), models.Q(('answered_by', models.F('person')), _negated=True), _connector='OR'), name='make_up_answered_by_another')],
            },
        ),
        migrations.CreateModel(
            name='Part',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('text', models.TextField(blank=True, max_length=2000)),
                ('kind', models.CharField(blank=True, choices=[('general_meeting', '支部党员大会'), ('branch_committee_meeting', '支部委员会会议'), ('committee_meeting', '委员会会议'), ('group_meeting', '党小组会'), ('lesson', '党课'), ('theme_day', '主题党日'), ('organization_life_meeting', '组织生活会'), ('appraisal', '民主评议党员')], max_length=30)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='learning.campaign')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaign_parts', to='organizations.organization')),
            ],
            options={
                'ordering': ['organization__path', 'first', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('last__gte', models.F('first'))), name='part_last_after_first'), models.CheckConstraint(condition=models.Q(('kind__in', ['', 'general_meeting', 'branch_committee_meeting', 'committee_meeting', 'group_meeting', 'lesson', 'theme_day', 'organization_life_meeting', 'appraisal'])), name='part_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Material',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('media_type', models.CharField(max_length=100)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='materials', to='learning.campaign')),
                ('part', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='materials', to='learning.part')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='campaign_links', to='meetings.meeting')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaign_links', to='organizations.organization')),
                ('part', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='learning.part')),
            ],
            options={
                'ordering': ['meeting__held_on', 'id'],
                'constraints': [models.UniqueConstraint(fields=('part', 'organization', 'meeting'), name='link_once')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=64)),
                ('subject', models.UUIDField()),
                ('already', models.BooleanField(default=False)),
                ('received_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
            ],
            options={
                'indexes': [models.Index(fields=['received_at'], name='learning_re_receive_c7ee9e_idx')],
                'constraints': [models.UniqueConstraint(fields=('person', 'nonce'), name='receipt_once'), models.CheckConstraint(condition=models.Q(('nonce', ''), _negated=True), name='receipt_has_nonce')],
            },
        ),
        migrations.CreateModel(
            name='StudyNote',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(max_length=4000)),
                ('written_at', models.DateTimeField()),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='study_notes', to='learning.campaign')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='study_notes', to='people.person')),
                ('shared_with', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
            ],
            options={
                'ordering': ['written_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'person'), name='study_note_once')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('topic', models.CharField(blank=True, max_length=20)),
                ('reach', models.CharField(choices=[('prescribed', '规定学习'), ('offered', '自选学习'), ('house', '全局共享')], max_length=10)),
                ('title', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_because', models.CharField(blank=True, max_length=300)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='organizations.organization')),
                ('part', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='units', to='learning.part')),
            ],
            options={
                'ordering': ['-published_at', '-id'],
                'indexes': [models.Index(fields=['-published_at', '-id'], name='learning_un_publish_48a7f8_idx'), models.Index(fields=['topic', 'reach', 'organization', 'published_at', 'withdrawn_at'], name='learning_un_topic_9c4a93_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reach__in', ['prescribed', 'offered', 'house'])), name='unit_reach_known'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', '')), models.Q(('published_at__isnull', False), ('withdrawn_at__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='unit_withdrawn_says_why')],
            },
        ),
        migrations.CreateModel(
            name='TakenPack',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('source', models.CharField(blank=True, max_length=80)),
                ('taken_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taken_packs', to='meetings.meeting')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taken_packs', to='organizations.organization')),
                ('brought', models.ManyToManyField(related_name='+', to='learning.unit')),
            ],
            options={
                'ordering': ['-taken_at'],
            },
        ),
        migrations.CreateModel(
            name='Recommendation',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('sentence', models.CharField(max_length=100)),
                ('said_at', models.DateTimeField()),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recommendations', to='people.person')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recommendations', to='learning.unit')),
            ],
            options={
                'ordering': ['-said_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('unit', 'person'), name='recommendation_once'), models.CheckConstraint(condition=models.Q(('sentence', ''), _negated=True), name='recommendation_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Equal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='equals', to='meetings.meeting')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='equals', to='learning.unit')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('meeting', 'unit'), name='equal_once')],
            },
        ),
        migrations.CreateModel(
            name='UnitVersion',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=80)),
                ('text', models.TextField(blank=True, max_length=10000)),
                ('minutes', models.PositiveSmallIntegerField(default=5)),
                ('questions', models.JSONField(default=list)),
                ('written_at', models.DateTimeField()),
                ('revision', models.PositiveIntegerField(default=1)),
                ('published_at', models.DateTimeField(null=True)),
                ('sealed', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='archive.document')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='learning.unit')),
                ('writer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'ordering': ['unit', 'number'],
                'constraints': [models.UniqueConstraint(fields=('unit', 'number'), name='unit_version_number_once'), models.UniqueConstraint(condition=models.Q(('published_at__isnull', True)), fields=('unit',), name='unit_version_one_being_written'), models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('sealed__isnull', True)), models.Q(('published_at__isnull', False), ('sealed__isnull', False)), _connector='OR'), name='unit_version_published_is_sealed')],
            },
        ),
        migrations.CreateModel(
            name='UnitFile',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('picture', '图片'), ('audio', '音频'), ('video', '视频'), ('pdf', 'PDF')], max_length=8)),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=120)),
                ('media_type', models.CharField(max_length=100)),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('width', models.PositiveSmallIntegerField(null=True)),
                ('height', models.PositiveSmallIntegerField(null=True)),
                ('said', models.CharField(blank=True, max_length=120)),
                ('transcript', models.TextField(blank=True, max_length=20000)),
                ('captions', models.TextField(blank=True, max_length=200000)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='learning.unitversion')),
            ],
            options={
                'ordering': ['version', 'position'],
                'constraints': [models.UniqueConstraint(fields=('version', 'position'), name='unit_file_position_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['picture', 'audio', 'video', 'pdf'])), name='unit_file_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'audio'), _negated=True), models.Q(('transcript', ''), _negated=True), _connector='OR'), name='unit_audio_has_transcript'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'video'), _negated=True), models.Q(('captions', ''), _negated=True), _connector='OR'), name='unit_video_has_captions'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'picture'), _negated=True), models.Q(('said', ''), _negated=True), _connector='OR'), name='unit_picture_says_what_it_shows')],
            },
        ),
        migrations.CreateModel(
            name='SelfStudy',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('day', models.DateField()),
                ('answers', models.JSONField(default=list)),
                ('kept_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='self_studies', to='people.person')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='learning.unit')),
                ('version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='learning.unitversion')),
            ],
            options={
                'ordering': ['-day', '-id'],
                'constraints': [models.UniqueConstraint(fields=('person', 'unit'), name='self_study_once')],
            },
        ),
        migrations.CreateModel(
            name='WrapUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=20000)),
                ('saved_at', models.DateTimeField()),
                ('filed_at', models.DateTimeField(null=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wrap_ups', to='learning.campaign')),
                ('event', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='archive.event')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wrap_ups', to='organizations.organization')),
                ('sealed', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='archive.document')),
            ],
            options={
                'ordering': ['organization__path'],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'organization'), name='wrap_up_once'), models.CheckConstraint(condition=models.Q(models.Q(('event__isnull', True), ('filed_at__isnull', True)), models.Q(('event__isnull', False), ('filed_at__isnull', False)), _connector='OR'), name='wrap_up_filed_is_sealed')],
            },
        ),
    ]

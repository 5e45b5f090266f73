import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('guides', '0001_initial'),
        ('meetings', '0001_initial'),
        ('organizations', '0001_initial'),
        ('people', '0001_initial'),
        ('windows', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('title', models.CharField(blank=True, max_length=80)),
                ('text', models.TextField(blank=True, max_length=8000)),
                ('state', models.CharField(choices=[('shown', '显示'), ('withdrawn', '已撤回'), ('hidden', '已隐藏'), ('deleted', '已删除')], default='shown', max_length=10)),
                ('written_at', models.DateTimeField()),
                ('edited_at', models.DateTimeField(null=True)),
                ('writer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='people.person')),
            ],
            options={
                'ordering': ['thread', 'number'],
                'indexes': [models.Index(fields=['writer', 'written_at'], name='forum_post_writer__7b6563_idx'), models.Index(fields=['written_at'], name='forum_post_written_aebb20_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['shown', 'withdrawn', 'hidden', 'deleted'])), name='post_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'deleted'), ('text', ''), ('title', ''), ('writer__isnull', True)), models.Q(models.Q(('state', 'deleted'), _negated=True), models.Q(('text', ''), _negated=True), ('writer__isnull', False)), _connector='OR'), name='post_deleted_says_nothing')],
            },
        ),
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('width', models.PositiveSmallIntegerField()),
                ('height', models.PositiveSmallIntegerField()),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='forum.post')),
            ],
            options={
                'ordering': ['post', 'id'],
            },
        ),
        migrations.CreateModel(
            name='EarlierText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(blank=True, max_length=80)),
                ('text', models.TextField(max_length=8000)),
                ('written_at', models.DateTimeField()),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='earlier', to='forum.post')),
            ],
            options={
                'ordering': ['post', 'written_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=48, unique=True)),
                ('kind', models.CharField(choices=[('house', '全局'), ('branch', '支部'), ('section', '业务'), ('units', '对口指导')], max_length=8)),
                ('home', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='forum_rooms', to='organizations.organization')),
                ('section', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='forum_room', to='windows.section')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['house', 'branch', 'section', 'units'])), name='forum_room_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'section'), ('section__isnull', False)), models.Q(models.Q(('kind', 'section'), _negated=True), ('section__isnull', True)), _connector='OR'), name='forum_room_of_a_section')],
            },
        ),
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('is_question', models.BooleanField(default=False)),
                ('asks_confirmation', models.BooleanField(default=False)),
                ('last_number', models.PositiveIntegerField(default=0)),
                ('last_at', models.DateTimeField()),
                ('locked_at', models.DateTimeField(null=True)),
                ('locked_because', models.CharField(blank=True, max_length=300)),
                ('accepted', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='forum.post')),
                ('agenda_item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='threads', to='meetings.agendaitem')),
                ('became', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='guides.guide')),
                ('first', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='forum.post')),
                ('guide', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='threads', to='guides.guide')),
                ('locked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('meeting', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='threads', to='meetings.meeting')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='threads', to='forum.room')),
            ],
            options={
                'ordering': ['-last_at', '-id'],
                'indexes': [models.Index(fields=['room', 'last_at'], name='forum_threa_room_id_c00a0e_idx'), models.Index(condition=models.Q(('accepted__isnull', True), ('is_question', True)), fields=['room', 'last_at'], name='thread_open_questions')],
                'constraints': [models.CheckConstraint(condition=models.Q(('guide__isnull', True), models.Q(('agenda_item__isnull', True), ('meeting__isnull', True)), _connector='OR'), name='thread_belongs_to_one'), models.CheckConstraint(condition=models.Q(models.Q(('locked_at__isnull', True), ('locked_because', ''), ('locked_by__isnull', True)), models.Q(('locked_at__isnull', False), ('locked_by__isnull', False), models.Q(('locked_because', ''), _negated=True)), _connector='OR'), name='thread_locked_says_why'), models.CheckConstraint(condition=models.Q(('accepted__isnull', True), ('is_question', True), _connector='OR'), name='thread_accepts_in_a_question')],
            },
        ),
        migrations.AddField(
            model_name='post',
            name='thread',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='forum.thread'),
        ),
        migrations.CreateModel(
            name='Following',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                ('room', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='followers', to='forum.room')),
                ('thread', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='followers', to='forum.thread')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('room__isnull', False), ('thread__isnull', True)), models.Q(('room__isnull', True), ('thread__isnull', False)), _connector='OR'), name='following_one_thing'), models.UniqueConstraint(fields=('person', 'thread'), name='following_thread_once'), models.UniqueConstraint(fields=('person', 'room'), name='following_room_once')],
            },
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='confirmations', to='forum.thread')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('thread', 'person'), name='confirmation_once')],
            },
        ),
        migrations.CreateModel(
            name='Opinion',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(max_length=2000)),
                ('given_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('agenda_item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opinions', to='meetings.agendaitem')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'ordering': ['agenda_item', 'given_at'],
                'constraints': [models.UniqueConstraint(fields=('agenda_item', 'person'), name='opinion_once'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='opinion_says_something')],
            },
        ),
        migrations.CreateModel(
            name='Hiding',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('because', models.CharField(max_length=300)),
                ('hidden_at', models.DateTimeField()),
                ('appeal', models.CharField(blank=True, max_length=500)),
                ('appealed_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('stands', '维持隐藏'), ('lifted', '恢复显示')], max_length=8)),
                ('said', models.CharField(blank=True, max_length=300)),
                ('decided_at', models.DateTimeField(null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hidings', to='forum.post')),
            ],
            options={
                'ordering': ['-hidden_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('post',), name='hiding_one_open'), models.CheckConstraint(condition=models.Q(('because', ''), _negated=True), name='hiding_says_why'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('by')), _negated=True), _connector='OR'), name='hiding_decided_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('outcome', ''), ('said', '')), models.Q(('appealed_at__isnull', False), ('decided_at__isnull', False), ('decided_by__isnull', False), ('outcome__in', ['stands', 'lifted']), models.Q(('said', ''), _negated=True)), _connector='OR'), name='hiding_decided_after_an_appeal')],
            },
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.UniqueConstraint(fields=('thread', 'number'), name='post_number_once'),
        ),
    ]

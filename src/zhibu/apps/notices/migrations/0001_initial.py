import datetime
import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organizations', '0001_initial'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Circular',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('text', models.TextField(max_length=4000)),
                ('until', models.DateField(null=True)),
                ('rule', models.CharField(blank=True, max_length=60)),
                ('first', models.DateField(null=True)),
                ('sent_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_because', models.CharField(blank=True, max_length=300)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='circulars_sent', to='organizations.organization')),
            ],
            options={
                'ordering': ['-sent_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('first__isnull', True), ('rule', '')), models.Q(models.Q(('rule', ''), _negated=True), ('first__isnull', False)), _connector='OR'), name='circular_asks_for_a_period'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', '')), models.Q(('withdrawn_at__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='circular_withdrawn_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Addressee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='circulars_received', to='organizations.organization')),
                ('circular', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addressees', to='notices.circular')),
            ],
            options={
                'ordering': ['organization__path'],
                'constraints': [models.UniqueConstraint(fields=('circular', 'organization'), name='addressee_once')],
            },
        ),
        migrations.CreateModel(
            name='Enclosure',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('media_type', models.CharField(max_length=100)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('circular', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enclosures', to='notices.circular')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=160)),
                ('occasion', models.CharField(choices=[('called', '会议通知'), ('changed', '会议变动'), ('off', '会议取消'), ('owed', '提醒'), ('circular', '上级通知'), ('withdrawn', '通知撤回'), ('answered', '答复'), ('edition', '制度汇编'), ('roster', '排班'), ('guidance', '业务指南'), ('feedback', '服务反馈'), ('forum', '论坛'), ('ballot', '投票'), ('visit', '观摩'), ('exhibition', '实物展览')], max_length=12)),
                ('about', models.CharField(db_index=True, max_length=160)),
                ('title', models.CharField(max_length=200)),
                ('text', models.CharField(blank=True, max_length=1000)),
                ('last_day', models.DateField(null=True)),
                ('made_at', models.DateTimeField()),
                ('overtaken', models.BooleanField(default=False)),
                ('mail_at', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('account_at', models.DateTimeField(null=True)),
                ('account_state', models.CharField(choices=[('none', '无需发送'), ('waiting', '待发送'), ('maybe_sent', '可能已发出'), ('sent', '已发出'), ('given_up', '未能发出')], default='none', max_length=12)),
                ('account_tries', models.PositiveSmallIntegerField(default=0)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='people.person')),
            ],
            options={
                'ordering': ['-made_at', '-id'],
                'indexes': [models.Index(fields=['person', '-made_at'], name='notices_not_person__37c788_idx'), models.Index(condition=models.Q(('mail_at__isnull', False)), fields=['mail_at'], name='notice_to_mail'), models.Index(condition=models.Q(('account_at__isnull', False)), fields=['account_at'], name='notice_to_account'), models.Index(fields=['made_at'], name='notices_not_made_at_2fdf1a_idx')],
                'constraints': [models.UniqueConstraint(fields=('person', 'key'), name='notice_once'), models.CheckConstraint(condition=models.Q(('occasion__in', ['called', 'changed', 'off', 'owed', 'circular', 'withdrawn', 'answered', 'edition', 'roster', 'guidance', 'feedback', 'forum', 'ballot', 'visit', 'exhibition'])), name='notice_occasion_known')],
            },
        ),
        migrations.CreateModel(
            name='Wishes',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='notice_wishes', serialize=False, to='people.person')),
                ('starts', models.TimeField(default=datetime.time(8, 30))),
                ('ends', models.TimeField(default=datetime.time(20, 0))),
                ('by_mail', models.BooleanField(default=False)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('by_account', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('starts', models.F('ends')), _negated=True), name='wishes_leave_some_hours'), models.CheckConstraint(condition=models.Q(('by_mail', False), models.Q(('email', ''), _negated=True), _connector='OR'), name='wishes_mail_needs_address')],
            },
        ),
    ]

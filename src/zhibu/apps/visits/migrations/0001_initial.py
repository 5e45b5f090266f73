import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('archive', '0001_initial'),
        ('organizations', '0001_initial'),
        ('people', '0001_initial'),
        ('showcases', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stage', models.CharField(choices=[('draft', '筹备中'), ('announced', '已通知'), ('recorded', '已记录'), ('cancelled', '已取消')], default='draft', max_length=10)),
                ('title', models.CharField(max_length=120)),
                ('text', models.TextField(blank=True, max_length=4000)),
                ('day', models.DateField(db_index=True)),
                ('place', models.CharField(max_length=120)),
                ('answer_until', models.DateField()),
                ('why_cancelled', models.CharField(blank=True, max_length=300)),
                ('version', models.PositiveIntegerField(default=0)),
                ('changed_at', models.DateTimeField()),
                ('caller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits_called', to='organizations.organization')),
                ('host', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits_held', to='organizations.organization')),
                ('playbook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='showcases.playbook')),
            ],
            options={
                'ordering': ['-day', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('stage__in', ['draft', 'announced', 'recorded', 'cancelled'])), name='visit_stage_known'), models.CheckConstraint(condition=models.Q(('answer_until__lte', models.F('day'))), name='visit_answered_before'), models.CheckConstraint(condition=models.Q(models.Q(('stage', 'cancelled'), _negated=True), models.Q(('why_cancelled', ''), _negated=True), _connector='OR'), name='visit_cancelled_says_why')],
            },
        ),
        migrations.CreateModel(
            name='TakenHome',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=2000)),
                ('said_at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taken_home', to='organizations.organization')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taken_home', to='visits.visit')),
            ],
            options={
                'ordering': ['organization__path'],
                'constraints': [models.UniqueConstraint(fields=('visit', 'organization'), name='taken_home_once')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('leaders', '分管领导'), ('secretaries', '各支部书记')], max_length=12)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='visits.visit')),
            ],
            options={
                'ordering': ['organization__path', 'role'],
                'constraints': [models.UniqueConstraint(fields=('visit', 'role', 'organization'), name='invitation_once'), models.CheckConstraint(condition=models.Q(('role__in', ['leaders', 'secretaries'])), name='invitation_role_known')],
            },
        ),
        migrations.CreateModel(
            name='VisitFile',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('media_type', models.CharField(max_length=100)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='visits.visit')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='VisitQuestion',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=1000)),
                ('asked_at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, max_length=2000)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='visits.visit')),
            ],
            options={
                'ordering': ['asked_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True)), models.Q(('answered_at__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='visit_question_answered_with_words')],
            },
        ),
        migrations.CreateModel(
            name='VisitRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('told', models.TextField(max_length=10000)),
                ('discussed', models.TextField(blank=True, max_length=10000)),
                ('agreed', models.TextField(blank=True, max_length=10000)),
                ('filed_at', models.DateTimeField()),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='archive.event')),
                ('visit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='record', to='visits.visit')),
            ],
        ),
        migrations.CreateModel(
            name='VisitStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts', models.TimeField()),
                ('ends', models.TimeField()),
                ('place', models.CharField(max_length=120)),
                ('title', models.CharField(max_length=120)),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stops', to='visits.visit')),
            ],
            options={
                'ordering': ['starts', 'ends', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends__gt', models.F('starts'))), name='visit_stop_is_forward')],
            },
        ),
        migrations.CreateModel(
            name='VisitTurn',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('starts', models.TimeField()),
                ('ends', models.TimeField()),
                ('seats', models.PositiveSmallIntegerField()),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='visits.visit')),
            ],
            options={
                'ordering': ['starts', 'ends'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends__gt', models.F('starts'))), name='visit_turn_is_forward'), models.CheckConstraint(condition=models.Q(('seats__gte', 1)), name='visit_turn_has_seats')],
            },
        ),
        migrations.CreateModel(
            name='VisitAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seat', models.PositiveSmallIntegerField(null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('answered_at', models.DateTimeField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visit_answers', to='people.person')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='visits.visit')),
                ('turn', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='visits.visitturn')),
            ],
            options={
                'ordering': ['organization__path'],
                'constraints': [models.UniqueConstraint(fields=('visit', 'person'), name='visit_answer_once'), models.UniqueConstraint(fields=('turn', 'seat'), name='visit_seat_once'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('seat__isnull', False), ('turn__isnull', False)), models.Q(('seat__isnull', True), ('turn__isnull', True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='visit_answer_is_one_of_two')],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('after', models.PositiveSmallIntegerField()),
                ('text', models.CharField(max_length=2000)),
                ('said_at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('taken_home', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follow_ups', to='visits.takenhome')),
            ],
            options={
                'ordering': ['after'],
                'constraints': [models.UniqueConstraint(fields=('taken_home', 'after'), name='follow_up_once'), models.CheckConstraint(condition=models.Q(('after__in', (30, 90))), name='follow_up_after_known')],
            },
        ),
    ]

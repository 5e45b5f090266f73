import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('meetings', '0001_initial'),
        ('organizations', '0001_initial'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='TermElection',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('way', models.CharField(choices=[('committee', '党员大会选举委员会委员，委员会选举书记、副书记'), ('direct', '不设委员会，由党员大会直接选举书记、副书记')], max_length=10)),
                ('seats', models.PositiveSmallIntegerField()),
                ('deputies', models.PositiveSmallIntegerField()),
                ('planned_on', models.DateField()),
                ('begun_on', models.DateField()),
                ('posts_on', models.DateField(null=True)),
                ('called_off', models.CharField(blank=True, max_length=300)),
                ('committee_item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='meetings.agendaitem')),
                ('meeting_item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='meetings.agendaitem')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='term_elections', to='organizations.organization')),
            ],
            options={
                'ordering': ['-begun_on', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('way__in', ['committee', 'direct'])), name='term_election_way_known'), models.CheckConstraint(condition=models.Q(models.Q(('seats__gte', 1), ('way', 'committee')), models.Q(('seats', 0), ('way', 'direct')), _connector='OR'), name='term_election_seats_of_a_committee'), models.UniqueConstraint(condition=models.Q(('called_off', ''), ('posts_on__isnull', True)), fields=('organization',), name='term_election_one_under_way')],
            },
        ),
        migrations.CreateModel(
            name='Nominee',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('contest', models.CharField(choices=[('members', '委员'), ('secretary', '书记'), ('deputy', '副书记')], max_length=10)),
                ('left_on', models.DateField(null=True)),
                ('left_for', models.CharField(blank=True, max_length=120)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('term_election', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='nominees', to='elections.termelection')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('contest__in', ['members', 'secretary', 'deputy'])), name='nominee_contest_known'), models.UniqueConstraint(fields=('term_election', 'contest', 'person'), name='nominee_once'), models.CheckConstraint(condition=models.Q(models.Q(('left_for', ''), ('left_on__isnull', True)), models.Q(('left_on__isnull', False), models.Q(('left_for', ''), _negated=True)), _connector='OR'), name='nominee_left_with_reason')],
            },
        ),
        migrations.CreateModel(
            name='LeftOpen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contest', models.CharField(choices=[('members', '委员'), ('secretary', '书记'), ('deputy', '副书记')], max_length=10)),
                ('in_favour', models.PositiveSmallIntegerField()),
                ('voters_present', models.PositiveSmallIntegerField()),
                ('seats', models.PositiveSmallIntegerField()),
                ('election', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='left_open', to='elections.termelection')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('election', 'contest'), name='left_open_once')],
            },
        ),
        migrations.CreateModel(
            name='ElectionTeller',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('body', models.CharField(choices=[('meeting', '党员大会'), ('committee', '委员会全体会议')], max_length=10)),
                ('role', models.CharField(choices=[('chief', '总监票人'), ('overseer', '监票人'), ('counter', '计票人')], max_length=10)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('term_election', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tellers', to='elections.termelection')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['chief', 'overseer', 'counter'])), name='election_teller_role_known'), models.UniqueConstraint(fields=('term_election', 'body', 'person'), name='election_teller_once')],
            },
        ),
        migrations.CreateModel(
            name='ElectionRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contest', models.CharField(choices=[('members', '委员'), ('secretary', '书记'), ('deputy', '副书记')], max_length=10)),
                ('ballot', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='of_term', to='meetings.election')),
                ('election', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rounds', to='elections.termelection')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ElectionLetter',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('letter', models.CharField(choices=[('request', '关于换届选举的请示'), ('reply', '关于同意换届选举的批复'), ('candidates', '关于候选人预备人选的请示'), ('candidates_reply', '关于候选人预备人选的批复'), ('report', '关于选举结果的报告'), ('approval', '关于选举结果的批复')], max_length=20)),
                ('dated', models.DateField()),
                ('reference', models.CharField(blank=True, max_length=60)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('media_type', models.CharField(blank=True, max_length=100)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('election', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='elections.termelection')),
            ],
            options={
                'ordering': ['dated', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('letter__in', ['request', 'reply', 'candidates', 'candidates_reply', 'report', 'approval'])), name='election_letter_known'), models.UniqueConstraint(fields=('election', 'letter'), name='election_letter_once')],
            },
        ),
    ]

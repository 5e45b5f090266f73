import django.db.models.deletion
import uuid
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
            name='Ballot',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('question', models.CharField(max_length=120)),
                ('text', models.CharField(blank=True, max_length=600)),
                ('most', models.PositiveSmallIntegerField()),
                ('places', models.PositiveSmallIntegerField(default=0)),
                ('audience', models.CharField(choices=[('voters', '有表决权的党员'), ('members', '全体党员'), ('committee', '委员'), ('staff', '全体人员'), ('chosen', '指定人员')], max_length=10)),
                ('closes_at', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=10)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_for', models.CharField(blank=True, max_length=300)),
                ('erased_at', models.DateTimeField(null=True)),
                ('expected', models.PositiveIntegerField(default=0)),
                ('ballots', models.PositiveIntegerField(null=True)),
                ('void', models.PositiveIntegerField(null=True)),
                ('blank', models.PositiveIntegerField(null=True)),
                ('codes', models.TextField(blank=True)),
                ('among_tied_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='again', to='ballots.ballot')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ballots_made', to='people.person')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='organizations.organization')),
            ],
            options={
                'ordering': ['-made_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('outcome', '')), models.Q(('ended_at__isnull', False), ('outcome__in', ['counted', 'too_few', 'unreadable', 'withdrawn'])), _connector='OR'), name='ballot_ends_in_a_known_way'), models.CheckConstraint(condition=models.Q(models.Q(('ballots__gte', 5), ('outcome', 'counted')), models.Q(models.Q(('outcome', 'counted'), _negated=True), ('ballots__isnull', True), ('blank__isnull', True), ('codes', ''), ('void__isnull', True)), _connector='OR'), name='ballot_is_told_with_enough'), models.CheckConstraint(condition=models.Q(('opened_at__isnull', True), ('closes_at__gt', models.F('opened_at')), _connector='OR'), name='ballot_opens_before_it_closes'), models.CheckConstraint(condition=models.Q(('most__gte', 1)), name='ballot_marks_something')],
            },
        ),
        migrations.CreateModel(
            name='Box',
            fields=[
                ('ballot', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='box', serialize=False, to='ballots.ballot')),
                ('salt', models.BinaryField()),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Option',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('place', models.PositiveSmallIntegerField()),
                ('text', models.CharField(max_length=80)),
                ('left_at', models.DateTimeField(null=True)),
                ('left_for', models.CharField(blank=True, max_length=300)),
                ('marks', models.PositiveIntegerField(null=True)),
                ('ballot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='ballots.ballot')),
            ],
            options={
                'ordering': ['ballot', 'place'],
                'constraints': [models.UniqueConstraint(fields=('ballot', 'place'), name='ballot_option_has_a_place')],
            },
        ),
        migrations.CreateModel(
            name='Teller',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('public_key', models.BinaryField(null=True)),
                ('key_made_at', models.DateTimeField(null=True)),
                ('ballot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tellers', to='ballots.ballot')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballots_told', to='people.person')),
            ],
            options={
                'ordering': ['ballot', 'person__staff_number'],
                'constraints': [models.UniqueConstraint(fields=('ballot', 'person'), name='ballot_teller_once')],
            },
        ),
        migrations.CreateModel(
            name='Voter',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('has_voted', models.BooleanField(default=False)),
                ('ballot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roll', to='ballots.ballot')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballots_called_to', to='people.person')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('ballot', 'person'), name='ballot_one_person_one_vote')],
            },
        ),
    ]

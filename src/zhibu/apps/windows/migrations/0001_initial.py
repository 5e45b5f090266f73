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
            name='Section',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, unique=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, unique=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='WindowPost',
            fields=[
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=20, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('opening_hours', models.CharField(blank=True, max_length=80)),
                ('weekdays', models.CharField(blank=True, max_length=7)),
                ('least_staffing', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('serving', models.CharField(blank=True, max_length=80)),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='window_posts', to='organizations.organization')),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='window_posts', to='windows.section')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='window_posts', to='windows.site')),
            ],
            options={
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='window_post_until_after_since')],
            },
        ),
        migrations.CreateModel(
            name='Staffing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('weekdays', models.CharField(max_length=7)),
                ('starts', models.PositiveSmallIntegerField()),
                ('ends', models.PositiveSmallIntegerField()),
                ('least', models.PositiveSmallIntegerField()),
                ('window_post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staffing', to='windows.windowpost')),
            ],
            options={
                'ordering': ['window_post', 'since', 'weekdays', 'starts'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='staffing_until_after_since'), models.CheckConstraint(condition=models.Q(('ends__gt', 0), ('ends__lte', 1440), ('starts__lt', 1440)), name='staffing_within_a_day'), models.CheckConstraint(condition=models.Q(('least__gt', 0)), name='staffing_asks_for_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='people.person')),
                ('window_post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='windows.windowpost')),
            ],
            options={
                'ordering': ['person', 'since'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='seat_until_after_since'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('person',), name='seat_one_open'), models.UniqueConstraint(fields=('person', 'since'), name='seat_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('key', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('busy_until', models.DateTimeField()),
            ],
        ),
    ]

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
            name='Shift',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=8, unique=True)),
                ('name', models.CharField(max_length=40)),
                ('starts', models.TimeField(blank=True, null=True)),
                ('ends', models.TimeField(blank=True, null=True)),
                ('ends_next_day', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ends__isnull', True), ('starts__isnull', True)), models.Q(('ends__isnull', False), ('starts__isnull', False)), _connector='OR'), name='shift_hours_both_or_none')],
            },
        ),
        migrations.CreateModel(
            name='SwapRequest',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('first_day', models.DateField()),
                ('state', models.CharField(choices=[('asked', '等对方同意'), ('agreed', '等批准'), ('approved', '已批准'), ('declined', '未批准'), ('refused', '对方不同意'), ('withdrawn', '已撤回'), ('lapsed', '已过期')], default='asked', max_length=10)),
                ('note', models.CharField(blank=True, max_length=120)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('asker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps_asked', to='people.person')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps_answered', to='people.person')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps', to='organizations.organization')),
            ],
            options={
                'ordering': ['-asked_at', '-id'],
                'indexes': [models.Index(fields=['unit', 'state', 'first_day'], name='rosters_swa_unit_id_bc51e3_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('asker', models.F('other')), _negated=True), name='swap_of_two'), models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'agreed', 'approved', 'declined', 'refused', 'withdrawn'])), name='swap_state_known')],
            },
        ),
        migrations.CreateModel(
            name='SwapDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('asker_has', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rosters.shift')),
                ('other_has', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rosters.shift')),
                ('swap', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='rosters.swaprequest')),
            ],
            options={
                'ordering': ['day'],
                'constraints': [models.UniqueConstraint(fields=('swap', 'day'), name='swap_day_once')],
            },
        ),
        migrations.CreateModel(
            name='LastChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('way', models.CharField(choices=[('page', '在网页上填写'), ('workbook', '从表格导入'), ('rotation', '按轮班填充')], max_length=8)),
                ('cells', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizations.organization')),
            ],
            options={
                'ordering': ['unit', 'month'],
                'constraints': [models.UniqueConstraint(fields=('unit', 'month'), name='last_change_one_a_month')],
            },
        ),
        migrations.CreateModel(
            name='Rotation',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40)),
                ('cycle', models.CharField(max_length=400)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rotations', to='organizations.organization')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('unit', 'name'), name='rotation_named_once')],
            },
        ),
        migrations.CreateModel(
            name='RosterDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(db_index=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roster', to='people.person')),
                ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roster_days', to='rosters.shift')),
            ],
            options={
                'ordering': ['day'],
                'constraints': [models.UniqueConstraint(fields=('person', 'day'), name='roster_one_shift_a_day')],
            },
        ),
    ]

import django.db.models.deletion
import django.db.models.expressions
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organizations', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=60)),
                ('requirement', models.CharField(max_length=60)),
                ('post', models.CharField(blank=True, choices=[('secretary', '书记'), ('deputy_secretary', '副书记'), ('organization_officer', '组织委员'), ('publicity_officer', '宣传委员'), ('discipline_officer', '纪检委员'), ('youth_officer', '青年委员'), ('committee_member', '委员'), ('group_leader', '党小组组长')], max_length=24)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('due', models.DateField()),
                ('needed', models.PositiveSmallIntegerField()),
                ('completed_on', models.DateField(null=True)),
                ('explained_on', models.DateField(null=True)),
                ('why_not', models.CharField(blank=True, choices=[('not_begun', '启用系统之前'), ('not_founded', '成立之前或成立当期'), ('dissolved', '已撤销或合并'), ('not_bound', '不具备规定的条件'), ('first_period', '当期中途才具备条件，自下一期起'), ('no_longer_bound', '当期中途不再具备条件'), ('repealed', '规定已停止执行')], max_length=20)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cells', to='organizations.organization')),
            ],
            options={
                'ordering': ['organization', 'first', 'rule'],
                'indexes': [models.Index(fields=['rule', 'first'], name='oversight_c_rule_368992_idx')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'rule', 'post', 'first', 'last'), name='cell_once'), models.CheckConstraint(condition=models.Q(('last__gte', models.F('first'))), name='cell_last_not_before_first')],
            },
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=60)),
                ('requirement', models.CharField(max_length=60)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('due', models.DateField()),
                ('owed', models.IntegerField(default=0)),
                ('met', models.IntegerField(default=0)),
                ('late', models.IntegerField(default=0)),
                ('explained', models.IntegerField(default=0)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counters', to='organizations.organization')),
            ],
            options={
                'ordering': ['organization', 'first', 'rule'],
                'indexes': [models.Index(condition=models.Q(('owed__gt', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('met'), '+', models.F('late')), '+', models.F('explained')))), fields=['due', 'rule', 'first', 'last', 'organization'], name='counter_not_settled')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'rule', 'first', 'last'), name='counter_once')],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record', models.UUIDField()),
                ('held_on', models.DateField()),
                ('filed_on', models.DateField()),
                ('had_quorum', models.BooleanField()),
                ('cell', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='oversight.cell')),
            ],
            options={
                'ordering': ['held_on', 'filed_on', 'record'],
                'constraints': [models.UniqueConstraint(fields=('cell', 'record'), name='evidence_once')],
            },
        ),
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('requirement', models.CharField(max_length=60)),
                ('post', models.CharField(blank=True, choices=[('secretary', '书记'), ('deputy_secretary', '副书记'), ('organization_officer', '组织委员'), ('publicity_officer', '宣传委员'), ('discipline_officer', '纪检委员'), ('youth_officer', '青年委员'), ('committee_member', '委员'), ('group_leader', '党小组组长')], max_length=24)),
                ('first', models.DateField()),
                ('reason', models.CharField(max_length=300)),
                ('asked_at', models.DateTimeField()),
                ('accepted', models.BooleanField(null=True)),
                ('answer', models.CharField(blank=True, max_length=300)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waivers', to='organizations.organization')),
            ],
            options={
                'ordering': ['-asked_at'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'requirement', 'post', 'first'), name='waiver_once'), models.CheckConstraint(condition=models.Q(models.Q(('accepted__isnull', True), ('answered_at__isnull', True)), models.Q(('accepted__isnull', False), ('answered_at__isnull', False)), _connector='OR'), name='waiver_answer_has_instant'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='waiver_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Window',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('as_of', models.DateField()),
                ('packs', models.CharField(blank=True, max_length=32)),
                ('edition', models.CharField(blank=True, max_length=32)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='window_one_row')],
            },
        ),
    ]

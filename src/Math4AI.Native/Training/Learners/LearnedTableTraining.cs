using System.Diagnostics;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Fitting;
using Math4AI.Kernels.Functions;
using Math4AI.Processes;
using Math4AI.Training.Explanations;
using Math4AI.Training.Learners.Combined;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>The training of a learner on a table.</summary>
internal sealed class LearnedTableTraining(
    PreparedTable all, TableTrainingOptions options, Learner learner, FeatureMap<Matrix<double>>? map)
{
    private const double CoverageLevel = 0.9;

    private const int Parts = PreparedTable.CrossParts;

    public Trained<LearnedTable> Run(IProgress<LearnerProgress>? progress, CancellationToken cancellation)
    {
        // Several processes are stopped together, by what started them: one alone would leave the others waiting.
        cancellation = options.Processes.Count > 1 ? CancellationToken.None : cancellation;
        RequireTask();
        RequireSureness(learner, options.Intervals);
        RequireWishes();
        long start = Stopwatch.GetTimestamp();
        int[] both = [.. all.Train.Concat(all.Validation).Order()];
        (LearnedTable model, ScoredPart validated) = IsConformal && all.CanCross(options, learner.MinClassSamples)
            ? Crossed(both, progress, cancellation)
            : Divided(both, progress, cancellation);
        cancellation = AfterChoice(cancellation);
        return Trained<LearnedTable>.Of(
            model,
            new TrainingResult([], 0, 0, 0, Stopwatch.GetElapsedTime(start).TotalSeconds),
            Ask(model, all.Rows.Select(both)).Score(hasIntervals: false, cancellation),
            validated,
            Ask(model, all.Test),
            all.Classes,
            cancellation) with
        {
            DroppedRows = all.Dropped,
            Look = all.Look,
            TestRows = all.Test,
            DataWarnings = [.. TableWarnings.Of(all), .. WarningsOf(model, both)],
            Coverage = model.Coverage(all.Test, CoverageLevel),
            TestDistributions = model.ScoresOf(all.Test),
        };
    }

    private IEnumerable<string> WarningsOf(LearnedTable model, int[] learned) => new[]
    {
        model.CalibrationCount > 0 || !IsConformal ? null
            : "The training was stopped before its intervals or sets could be measured: the model predicts without "
                + "them.",
        SetWarnings.Of([], model.About.Classes.Count, model.Calibration?.Scores, CoverageLevel),
        all.Task == TableTask.Regression ? BelowZero(model, learned) : null,
    }.OfType<string>();

    private string? BelowZero(LearnedTable model, int[] learned) => SetWarnings.OfBelowZero(
        options.Target,
        () => model.PredictTable(all.Test, CoverageLevel).Intervals,
        all.Rows.Select(learned).Numbers(options.Target),
        wasCompared: model.Comparison.Count > 0);

    /// <summary>
    /// The scores of the test part over an eighth, a quarter and a half of the rows, as far as the learner takes these.
    /// </summary>
    public IEnumerable<(int Rows, ScoredPart Test)> Curve(CancellationToken cancellation) =>
        ((int[])[8, 4, 2]).Select(divisor => PointOf(
            TableParts.Some(all.Rows, all.Learned, options, all.Learned.Length / divisor), cancellation))
            .OfType<(int Rows, ScoredPart Test)>();

    private (int Rows, ScoredPart Test)? PointOf(int[] some, CancellationToken cancellation)
    {
        const int MinRows = 20;
        Table rows = all.Rows.Select(some);
        if (cancellation.IsCancellationRequested || some.Length < MinRows
            || !rows.Texts(options.Target).Distinct().Skip(1).Any())
        {
            return null;
        }

        try
        {
            // Processes whose clocks differ learn other points of the curve: each does it alone.
            (LearnedTable model, _) = Learn(
                rows, (_, _) => new LearnerChoice(learner, null), ProcessGroup.Single, cancellation);
            return (some.Length, Ask(model, all.Test).Score(hasIntervals: false, cancellation));
        }
        catch (Exception e) when (e is ArgumentException or OperationCanceledException)
        {
            // Too few of a class for this learner, or no time: the curve is a picture of a training that is done.
            return null;
        }
    }

    private bool IsConformal => options.Intervals == IntervalSource.Conformal;

    private static ScoredPart NotAsked => new(0, new Dictionary<string, double>(), new Dictionary<string, Interval>());

    /// <summary>A learner that keeps its best when it is canceled goes on with it.</summary>
    private CancellationToken AfterChoice(CancellationToken cancellation) =>
        learner.KeepsBest ? CancellationToken.None : cancellation;

    /// <summary>Throws where a learner is to tell how sure it is and does not.</summary>
    internal static void RequireSureness(Learner learner, IntervalSource intervals)
    {
        if (intervals == IntervalSource.Model && !learner.TellsHowSure)
        {
            throw new ArgumentException($"The learner ({learner}) does not tell how sure it is: take conformal "
                + "intervals, which any learner can have, a Gaussian process, or networks that tell.");
        }
    }

    private void RequireTask()
    {
        if (all.Task == TableTask.Classification ? !learner.TakesClasses : !learner.TakesNumbers)
        {
            throw new ArgumentException(all.Task == TableTask.Classification
                ? $"'{options.Target}' are classes, and the learner ({learner}) predicts numbers: use svm, or --task "
                    + "regression where they are numbers."
                : $"'{options.Target}' are numbers, and the learner ({learner}) predicts classes.");
        }
    }

    /// <summary>
    /// The validation part scores a model of the training part, which gives the intervals; then it is learned from too.
    /// </summary>
    private (LearnedTable Model, ScoredPart Validated) Divided(
        int[] both, IProgress<LearnerProgress>? progress, CancellationToken cancellation)
    {
        Table train = all.Rows.Select(all.Train), validation = all.Rows.Select(all.Validation);
        (LearnedTable first, LearnerChoice choice) = Learn(
            train, (samples, directions) => Directed(learner, directions).Choose(samples, progress, cancellation),
            options.Processes, AfterChoice(cancellation));
        cancellation = AfterChoice(cancellation);
        PredictedPart asked = Ask(first, validation);
        DecisionRule? rule = RuleBy(asked);
        (LearnedTable last, _) = Learn(all.Rows.Select(both), (_, _) => choice, options.Processes, cancellation);
        return (
            (IsConformal ? last.CalibratedBy(Calibration.Of([(first, validation)])) : last).DecidingBy(rule),
            asked.DecidedBy(rule).Score(hasIntervals: rule is not null, cancellation));
    }

    /// <summary>
    /// All rows are learned from, and models that have not seen a part of them, in learning nor in choosing, give the
    /// intervals and the validation scores.
    /// </summary>
    private (LearnedTable Model, ScoredPart Validated) Crossed(
        int[] both, IProgress<LearnerProgress>? progress, CancellationToken cancellation)
    {
        Table rows = all.Rows.Select(both);
        Learner chooser = learner.Within(1.0 / (1 + Parts));
        (LearnedTable model, LearnerChoice choice) = Learn(
            rows, (samples, directions) => Directed(chooser, directions).Choose(samples, progress, cancellation),
            options.Processes, AfterChoice(cancellation));
        if (options.EndsAfterChoice && options.Aim is null)
        {
            return (model, NotAsked);
        }

        if (options.Aim is not null)
        {
            // Without the threshold the model would answer something else than was asked for.
            cancellation.ThrowIfCancellationRequested();
        }

        if (cancellation.IsCancellationRequested)
        {
            return (model, NotAsked);
        }

        try
        {
            List<(LearnedTable Model, Table Unseen)> parts =
                LearnParts(rows, chooser.Again(choice), progress, cancellation);
            var asked = PredictedPart.Joined([.. parts.Select(part => Ask(part.Model, part.Unseen))]);
            DecisionRule? rule = RuleBy(asked);
            return (
                model.CalibratedBy(Calibration.Of([.. parts.Select(part => ((IScoredModel)part.Model, part.Unseen))]))
                    .DecidingBy(rule),
                asked.DecidedBy(rule).Score(hasIntervals: rule is not null, cancellation));
        }
        catch (OperationCanceledException) when (learner.KeepsBest && options.Aim is null)
        {
            return (model, NotAsked);
        }
    }

    private List<(LearnedTable Model, Table Unseen)> LearnParts(
        Table rows, Learner again, IProgress<LearnerProgress>? progress, CancellationToken cancellation)
    {
        var folds = new Folds(SamplesOf(rows, Matrix<double>.Build.Dense(rows.Rows, 1)), options.Seed, Parts);
        LearnedTable[] models = SharedModels.Learn(options.Processes, folds.Count, part =>
        {
            progress?.Report(new LearnerProgress("intervals by cross-validation", (double)part / folds.Count));
            var held = folds.Rows(part).ToHashSet();
            Table seen = rows.Select([.. Enumerable.Range(0, rows.Rows).Where(row => !held.Contains(row))]);
            return Learn(
                seen, (samples, directions) => Directed(again, directions).Choose(samples, null, cancellation),
                ProcessGroup.Single, cancellation).Model;
        });
        return [.. models.Select((model, part) => (model, rows.Select([.. folds.Rows(part).Order()])))];
    }

    private (LearnedTable Model, LearnerChoice Chosen) Learn(
        Table part, Func<LearnerSamples, int[], LearnerChoice> choose, ProcessGroup processes,
        CancellationToken cancellation)
    {
        TableEncoder encoder = TableEncoder.Learn(
            part, all.Inputs, options.Missing, options.Resolved().Orders, options.Standardize, all.Look.Forms)
            .WithTarget(options.Target, all.Look);
        Matrix<double> inputs = LearnedTable.Encode(encoder, part);
        FittedFeatures<Matrix<double>>? fitted = map?.Fit(inputs);
        LearnerSamples samples = SamplesOf(part, fitted?.Apply(inputs) ?? inputs)
            .InColumns(fitted is null ? InputGroup.ColumnsOf(encoder) : []).SharedBy(processes);
        RequireClasses(samples, all.Classes, learner.MinClassSamples);
        int[] directions = DirectionsOf(encoder);
        LearnerChoice choice = choose(samples, directions);
        choice = choice with { Learner = Directed(choice.Learner, directions) };
        string named = ColumnsKernel.Named(
            choice.Learner.ToString(), fitted?.Names(encoder.InputNames) ?? encoder.InputNames);
        var about = new LearnedTableDescription(
            all.Task, options.Target, all.Classes, encoder, named, options.Seed, map?.Formula)
        {
            IntervalsByModel = options.Intervals == IntervalSource.Model,
            ClassWeights = samples.ClassWeights,
        };
        return (new LearnedTable(about, fitted, choice.Learner.Fit(samples, cancellation), choice.Search)
        {
            Comparison = choice.Comparison,
            Chosen = choice.Learner,
            Background = SavedBackground.Of(inputs),
        }, choice);
    }

    /// <summary>The threshold for the aim, by rows that the predictions have not seen; null without an aim.</summary>
    private DecisionRule? RuleBy(PredictedPart asked) =>
        options.Aim?.Choose(all.Classes, asked.Predictions, asked.Classes);

    /// <summary>Throws where an aim, weights or a direction are asked of what cannot have them.</summary>
    private void RequireWishes()
    {
        if (options.Aim is not null && all.Task != TableTask.Classification)
        {
            throw new ArgumentException($"An aim is for classes, and '{options.Target}' are numbers: leave it out.");
        }

        if (options.ClassWeights is not null && all.Task == TableTask.Classification && !learner.TakesWeights)
        {
            throw new ArgumentException($"The learner ({learner}) takes no weights of classes: use auto, linear, "
                + "trees, network, svm or the network mlp, or leave them out.");
        }

        if (options.Monotone.Count == 0)
        {
            return;
        }

        if (options.Monotone.Keys.FirstOrDefault(name => !all.Inputs.Contains(name)) is { } unknown)
        {
            throw new ArgumentException($"'{unknown}' is no column that is predicted from, so that no direction can be "
                + "kept along it.");
        }

        string? reason = all.Classes.Length > 2 ? "there are more than two classes, and no order of them"
            : map is not null ? "features are made of the columns"
            : learner.Keeping([]) is null ? $"the learner ({learner}) cannot promise it: use trees or auto"
            : null;
        if (reason is not null)
        {
            throw new ArgumentException($"The prediction cannot keep a direction along a column: {reason}.");
        }
    }

    /// <summary>The direction of each input; empty where none is asked for.</summary>
    private int[] DirectionsOf(TableEncoder encoder) => options.Monotone.Count == 0 ? [] :
    [
        .. encoder.Columns.SelectMany(column =>
            !options.Monotone.TryGetValue(column.Name, out int direction) || column.Inputs == 0
                ? new int[column.Inputs]
            : column.AreNumbers ? [direction, .. new int[column.Inputs - 1]]
            : throw new ArgumentException($"'{column.Name}' are classes without an order, along which no prediction "
                + "rises or falls: give one (--order), or leave the direction out.")),
    ];

    private static Learner Directed(Learner learner, int[] directions) => directions.Length == 0 ? learner
        : learner.Keeping(directions)
            ?? throw new ArgumentException($"The learner ({learner}) cannot keep a direction: use trees or auto.");

    private LearnerSamples SamplesOf(Table part, Matrix<double> features)
    {
        int[] classes = all.Task == TableTask.Classification
            ? TableTraining.Observed(options.Target, all.Classes, part)
            : [];
        LearnerSamples samples = all.Task == TableTask.Classification
            ? LearnerSamples.Of(features, classes, all.Classes.Length)
            : LearnerSamples.Of(features, Vector<double>.Build.Dense(part.Numbers(options.Target)));
        return samples.InGroups(TableParts.GroupsOf(part, options)).Weighing(options.WeightsOf(all.Classes, classes));
    }

    /// <summary>Throws where a class has fewer training samples than the learner takes, by its name.</summary>
    internal static void RequireClasses(LearnerSamples samples, IReadOnlyList<string> names, int least)
    {
        int few = samples.Classes is { } classes
            ? Enumerable.Range(0, names.Count).FirstOrDefault(
                of => classes.Count(found => found == of) is > 0 and var count && count < least, -1)
            : -1;
        if (few >= 0)
        {
            throw new ArgumentException(
                $"The class '{names[few]}' has fewer than {least} training samples, which its probability needs: add "
                + "some, or leave the class out.");
        }
    }

    private static PredictedPart Ask(LearnedTable model, Table table)
    {
        double[][] predicted = model.Predict(table).Values.ToRowArrays();
        return model.About.Task == TableTask.Regression
            ? new PredictedPart(predicted, table.Numbers(model.About.Target))
            : new PredictedPart(predicted, TableTraining.Observed(model.About.Target, model.About.Classes, table))
                .DecidedBy(model.About.Decision);
    }
}

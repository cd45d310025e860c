using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.Kernels.Files;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>A law and the Gaussian process of what it misses, fitted to a table.</summary>
public sealed class FormulaProcessFit : IFilePredictor, IProcess
{
    internal FormulaProcessFit(FormulaProcess problem, GaussianProcessFit exact)
        : this(problem.Formula, problem.Law.Model.InputNames, exact, null) =>
        Confounded = ProcessDoubts.Confounded(problem.Law.Model, problem.Law.Inputs!, Parameters);

    internal FormulaProcessFit(FormulaProcess problem, SparseGaussianProcessFit sparse)
        : this(problem.Formula, problem.Law.Model.InputNames, null, sparse) =>
        Confounded = ProcessDoubts.Confounded(problem.Law.Model, problem.Law.Inputs!, Parameters);

    internal FormulaProcessFit(
        string formula, IReadOnlyList<string> inputs, GaussianProcessFit? exact, SparseGaussianProcessFit? sparse) =>
        (Formula, InputNames, Exact, Sparse) = (formula, inputs, exact, sparse);

    /// <summary>Gets the formula.</summary>
    public string Formula { get; }

    /// <summary>Gets the columns that the law and the process take, in the order of the inputs.</summary>
    public IReadOnlyList<string> InputNames { get; }

    /// <summary>Gets the exact process; null where there are inducing points.</summary>
    public GaussianProcessFit? Exact { get; }

    /// <summary>Gets the process with inducing points; null where it is exact.</summary>
    public SparseGaussianProcessFit? Sparse { get; }

    /// <summary>Gets the names of the parameters of the law.</summary>
    public IReadOnlyList<string> ParameterNames => Law.ParameterNames;

    /// <summary>Gets the parameters of the law.</summary>
    public IReadOnlyList<double> Parameters => Exact?.MeanParameters ?? Sparse!.MeanParameters;

    /// <summary>
    /// Gets their standard errors, the hyperparameters taken as known; null for a fit with inducing points that was
    /// saved without them.
    /// </summary>
    public IReadOnlyList<double>? StandardErrors =>
        (Exact?.MeanCovariance() ?? Sparse!.Uncertainty?.Covariance())?.Diagonal().PointwiseSqrt().ToArray();

    /// <summary>
    /// Gets the kernel with the estimated hyperparameters, for standardized columns and a residual of variance 1.
    /// </summary>
    public Kernel Kernel => Either.Kernel;

    /// <summary>
    /// Gets the kernel with its variance and its length scales in the units of the response and the columns; null where
    /// it is no variance times a function of scaled distances, or its numbers leave the range of a kernel.
    /// </summary>
    public Kernel? KernelInUnits
    {
        get
        {
            (InputScaling scaling, double target) = Exact is { } exact
                ? (exact.Samples.Scaling, exact.Samples.TargetScale)
                : (Sparse!.Scales.Inputs, Sparse.Scales.Target);
            double[] scales = [.. ProcessTerm.Of(Formula).Columns.Select(
                column => scaling.Scale[InputNames.ToList().IndexOf(column)])];
            IReadOnlyList<string> names = Kernel.ParameterNames;
            if (names.Count != scales.Length + 1 || names[0] != "1: log constant"
                || !names.Skip(1).All(name => name.StartsWith("2: log length", StringComparison.Ordinal)))
            {
                return null;
            }

            double[] shifts = [2.0 * Math.Log(target), .. scales.Select(scale => Math.Log(scale))];
            double[] logarithms = [.. Kernel.Parameters.Zip(shifts, (value, shift) => value + shift)];
            return logarithms.All(value => Math.Abs(value) < Positive.MaxLogarithm) ? Kernel.With(logarithms) : null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<double>? LengthScales => Either.LengthScales;

    private Model Law => (Exact is { } exact ? exact.Samples.Mean : Sparse!.Scales.Mean)!;

    private IProcess Either => (IProcess?)Exact ?? Sparse!;

    /// <summary>Gets σ, the standard deviation of the noise, in the response's unit.</summary>
    public double NoiseDeviation => Math.Sqrt(Exact?.NoiseVariance ?? Sparse!.NoiseVariance);

    /// <summary>Gets the log evidence; with inducing points a lower bound of it.</summary>
    public double LogEvidence => Exact?.LogEvidence ?? Sparse!.LogEvidence;

    /// <summary>Gets what to know before the fit is trusted, in a sentence; null for nothing.</summary>
    public string? Warning
    {
        get
        {
            int unknown = StandardErrors?.ToList().FindIndex(error => !double.IsFinite(error)) ?? -1;
            IReadOnlyList<int> pressed = Search?.Pressed ?? [];
            return !IsConverged
                ? "The search for the law's parameters, the process and the noise did not converge, and they are "
                    + "where it ended: give starts of the parameters, or bring the columns to a usual size."
                : Rows <= Estimated
                ? $"{Rows} rows are too few for {Estimated} parameters and hyperparameters: the fit cannot be trusted."
                : unknown >= 0
                ? $"The data say nothing about the parameter {ParameterNames[unknown]}: bring its column to a usual "
                    + "size, or leave it out."
                : ProcessDoubts.OfConfounded(Confounded)
                    ?? ProcessDoubts.OfBounds(pressed, Kernel, ProcessTerm.Of(Formula).Columns);
        }
    }

    /// <summary>Gets the parameters of the law that the data cannot tell apart; of a loaded fit, none.</summary>
    internal IReadOnlyList<string> Confounded { get; } = [];

    /// <summary>
    /// Gets what else to know, in sentences; null for nothing: a constant that the law was given, noise below what the
    /// search takes, few rows for all that was estimated, and what the intervals of a fit with inducing points do not
    /// count that was saved without the uncertainty of the law's parameters.
    /// </summary>
    public string? Note
    {
        get
        {
            string?[] notes =
            [
                OfLevel(),
                ProcessDoubts.OfNoise(Search?.Pressed ?? [], Kernel),
                Sparse is { Uncertainty: null } && Parameters.Count > 0
                    ? "This fit was saved without the uncertainty of the law's parameters, as older versions did: away "
                        + "from the rows its intervals are too narrow. Fit it again."
                    : null,
                Rows > Estimated && Rows < RowsOfEach * Estimated
                    ? $"{Estimated} parameters and hyperparameters were estimated from {Rows} rows: these tell little "
                        + "of the process and the noise, and its intervals may be far off; have "
                        + $"{RowsOfEach * Estimated} rows or more."
                    : null,
            ];
            return notes.OfType<string>().ToArray() is { Length: > 0 } said ? string.Join(" ", said) : null;
        }
    }

    private string? OfLevel()
    {
        if (ProcessLevel.AddedTo(ProcessTerm.Of(Formula).Law, Law) is not { } name)
        {
            return null;
        }

        string[] sides = Formula.Split('~', 2);
        return $"The law has no constant, and what it misses lies far from 0, so that it was given one, {name}: write "
            + $"{sides[0].Trim()} ~ {name} + {sides[1].Trim()} to have it in the formula.";
    }

    // Fewer rows than this for each number that is estimated tell little of it.
    private const int RowsOfEach = 3;

    private int Rows => Exact?.Samples.Count ?? Sparse!.SampleCount;

    private int Estimated => Parameters.Count + Kernel.Parameters.Count + 1;

    /// <summary>Gets whether the search for parameters and hyperparameters converged; of a loaded fit, true.</summary>
    public bool IsConverged => Search is not { IsConverged: false };

    private Optimization.Minimum? Search => Exact is null ? Sparse!.Search : Exact.Search;

    /// <summary>Predicts new samples.</summary>
    /// <param name="inputs">x, samples × inputs, in the order of <see cref="InputNames"/>.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public GaussianProcessPrediction Predict(Matrix<double> inputs) => Either.Predict(inputs);

    /// <inheritdoc/>
    public IReadOnlyList<GaussianProcessPrediction> PredictParts(Matrix<double> inputs) => Either.PredictParts(inputs);

    /// <inheritdoc/>
    public Matrix<double>? Draw(Matrix<double> inputs, int draws, int seed) => Either.Draw(inputs, draws, seed);

    /// <inheritdoc/>
    public (GaussianProcessPrediction Predicted, Vector<double> Observed)? FromOthers() => Either.FromOthers();

    /// <summary>Predicts the rows of a table, whose columns are found by their names.</summary>
    /// <inheritdoc/>
    public FilePredictions PredictFile(string path)
    {
        NumberTable table = NumberTable.Read(path, _ => InputNames, NumberTableOptions.ToPredict);
        GaussianProcessPrediction found =
            Predict(Matrix<double>.Build.DenseOfColumnVectors(InputNames.Select(table.Column)));
        return new FilePredictions(
            Formula.Split('~')[0].Trim(), [], [.. found.Mean.Select(value => new[] { value })], [])
        {
            Deviations = [.. found.Deviation],
        };
    }

    /// <summary>
    /// Predicts the rows of a table with normal intervals: the confidence interval of the function m + g, and the
    /// prediction interval of a new observation, as the predictions of other fits have them.
    /// </summary>
    /// <param name="path">A file of any format that holds a table with the columns of law and process.</param>
    /// <param name="level">The coverage probability of the intervals, between 0 and 1.</param>
    /// <param name="options">How missing values, dates and separators are read; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    /// <exception cref="ArgumentException">A column is not in the table.</exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public PredictedTable PredictTable(string path, double level = 0.95, NumberTableOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(level, 1.0);
        (NumberTable table, Matrix<double> inputs, _) = SavedFit.ReadTable(Law, null, path, options);
        GaussianProcessPrediction found = Predict(inputs);
        double reach = MathNet.Numerics.Distributions.Normal.InvCDF(0.0, 1.0, 0.5 * (1.0 + level));
        Interval[] Around(Vector<double> deviations) =>
            [.. found.Mean.Zip(deviations, (mean, one) => new Interval(mean - reach * one, mean + reach * one))];
        return new PredictedTable(
            InputNames, inputs,
            [new Prediction(found.Mean, Around(found.FunctionDeviation), Around(found.Deviation))])
        {
            DroppedRows = table.Dropped,
            Notes = [.. new[] { Note, OfLost(found.Mean, inputs) }.OfType<string>()],
        };
    }

    /// <summary>Names the first row without a prediction, and what is too large there; null for none.</summary>
    private string? OfLost(Vector<double> mean, Matrix<double> inputs)
    {
        int row = mean.ToList().FindIndex(value => !double.IsFinite(value));
        if (row < 0)
        {
            return null;
        }

        int column = inputs.Row(row).AbsoluteMaximumIndex();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Row {row + 1} has no prediction, since {InputNames[column]} = {inputs[row, column]:G6} is so large that "
            + $"what is computed of it overflows ({mean.Count(value => !double.IsFinite(value))} such rows): correct "
            + $"it, or leave the row out.");
    }

    /// <summary>Writes the fit to a folder.</summary>
    /// <exception cref="NotSupportedException">The kernel has no formula.</exception>
    /// <inheritdoc cref="Machines.SupportVectorFit.Save(string, bool)"/>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <summary>Writes the fit to files that a transaction moves to their places.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The transaction.</param>
    /// <exception cref="NotSupportedException">The kernel has no formula.</exception>
    public void Save(string folder, FileTransaction files) => SavedFormulaProcesses.Write(folder, files, this);

    /// <summary>Reads a fit that was saved.</summary>
    /// <inheritdoc cref="Machines.SupportVectorFit.Load"/>
    public static FormulaProcessFit Load(string folder) => SavedFormulaProcesses.Read(folder);

    /// <summary>Gets the paths of the files of a fit in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> Files(string folder) => SavedFormulaProcesses.Files(folder);

    /// <summary>Gives a readable summary.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Formula}: {string.Join(", ", ParameterNames.Zip(Parameters, (name, value) => $"{name} = {value:G6}"))}; "
        + $"{(object?)Exact ?? Sparse}");
}

using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Learning;

/// <summary>
/// The problem θ* = argmin C(θ), C(θ) = Σ w_i d(f(x_i, θ), y_i) − Σ log p_j(θ_j): a model, data, a distance, and what else is
/// known.
/// </summary>
public sealed record FitProblem
{
    /// <summary>f.</summary>
    public required Model Model { get; init; }

    /// <summary>x, samples × inputs.</summary>
    public required Matrix<double> Inputs { get; init; }

    /// <summary>y, one number a sample.</summary>
    public required Vector<double> Targets { get; init; }

    /// <summary>d.</summary>
    public Distance Distance { get; init; } = Distance.Squared;

    /// <summary>w, one number of 0 or more a sample; null for 1.</summary>
    public Vector<double>? Weights { get; init; }

    /// <summary>Boxes of parameters, by name.</summary>
    public IReadOnlyDictionary<string, (double Lower, double Upper)> Bounds { get; init; } =
        new Dictionary<string, (double, double)>();

    /// <summary>Parameters that keep a value, by name.</summary>
    public IReadOnlyDictionary<string, double> Fixed { get; init; } = new Dictionary<string, double>();

    /// <summary>Priors of parameters, by name.</summary>
    public IReadOnlyDictionary<string, Prior> Priors { get; init; } = new Dictionary<string, Prior>();

    /// <summary>The method; null for <see cref="Minimizer.Auto"/>.</summary>
    public Minimizer? Minimizer { get; init; }

    /// <summary>The method's settings; null for the defaults.</summary>
    public MinimizerOptions? Options { get; init; }

    /// <summary>Fits from a start.</summary>
    /// <param name="start">A value for each parameter, by name; of a fixed parameter none is needed.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Data, names or start do not belong together; the message says where.</exception>
    public FitResult Fit(IReadOnlyDictionary<string, double> start, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        Check();
        string? missing = Model.ParameterNames.FirstOrDefault(name => !start.ContainsKey(name) && !Fixed.ContainsKey(name));
        if (missing is not null)
        {
            throw new ArgumentException($"The start has no value for the parameter '{missing}'.", nameof(start));
        }

        RequireParameters(start.Keys, "start");
        var cost = new FitCost(this);
        return Finish(cost, cost.Minimize([.. Model.ParameterNames.Select(name => Fixed.TryGetValue(name, out double value) ? value : start[name])], cancellation));
    }

    /// <summary>Fits from many starts, spread over the bounds, or over all magnitudes where there are none.</summary>
    /// <param name="starts">How many.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Data or names do not belong together; the message says where.</exception>
    public FitResult Fit(int starts = 200, CancellationToken cancellation = default)
    {
        Check();
        var cost = new FitCost(this);
        return Finish(cost, StartSearch.Minimize(cost, this, starts, cancellation));
    }

    private static FitResult Finish(FitCost cost, Minimum minimum) => new(cost, minimum);

    private void Check()
    {
        if (Inputs.RowCount != Targets.Count)
        {
            throw new ArgumentException($"There are {Inputs.RowCount} samples of x and {Targets.Count} of y.");
        }

        if (Weights is not null && Weights.Count != Targets.Count)
        {
            throw new ArgumentException($"There are {Weights.Count} weights for {Targets.Count} samples.");
        }

        if (Inputs.ColumnCount != Model.InputNames.Count)
        {
            throw new ArgumentException(
                $"The model takes {Model.InputNames.Count} inputs ({string.Join(", ", Model.InputNames)}), and x has "
                + $"{Inputs.ColumnCount} columns.");
        }

        RequireParameters(Bounds.Keys, "bounds");
        foreach ((string name, double value) in Fixed)
        {
            if (Bounds.TryGetValue(name, out (double Lower, double Upper) box) && (value < box.Lower || value > box.Upper))
            {
                throw new ArgumentException($"The fixed value {value} of '{name}' lies outside its bounds.");
            }
        }

        RequireParameters(Fixed.Keys, "fixed values");
        RequireParameters(Priors.Keys, "priors");
        for (int i = 0; i < Targets.Count; i++)
        {
            bool isFinite = double.IsFinite(Targets[i]) && (Weights is null || (double.IsFinite(Weights[i]) && Weights[i] >= 0.0));
            for (int j = 0; j < Inputs.ColumnCount; j++)
            {
                isFinite &= double.IsFinite(Inputs[i, j]);
            }

            if (!isFinite)
            {
                throw new ArgumentException($"Sample {i + 1} is not finite, or has a negative weight.");
            }

            Distance.Check(Targets[i]);
        }

        int free = Model.ParameterNames.Count(name => !Fixed.ContainsKey(name)) + (Distance.HasScale ? 1 : 0);
        if (free == 0)
        {
            throw new ArgumentException("All parameters are fixed: there is nothing to fit.");
        }

        int samples = Weights?.Count(weight => weight > 0.0) ?? Targets.Count;
        if (samples < free && Priors.Count == 0)
        {
            throw new ArgumentException(
                $"There are {samples} samples{(Weights is null ? string.Empty : " with a weight of more than 0")} for {free} unknown parameters: more samples, or fixed parameters, are needed.");
        }
    }

    private void RequireParameters(IEnumerable<string> names, string where)
    {
        string? unknown = names.FirstOrDefault(name => !Model.ParameterNames.Contains(name));
        if (unknown is not null)
        {
            throw new ArgumentException(
                $"'{unknown}' in the {where} is {(Formula.IsConstant(unknown) ? "a constant and " : string.Empty)}no parameter of the model; its parameters are "
                + $"{string.Join(", ", Model.ParameterNames)}.");
        }
    }
}

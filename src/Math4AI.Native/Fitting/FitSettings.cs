using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using Math4AI.Optimization;

namespace Math4AI.Fitting;

/// <summary>What every fit is told beside its data: the model, the distance, what is known of θ, and the method.</summary>
public abstract record FitSettings
{
    /// <summary>f.</summary>
    public required Model Model { get; init; }

    /// <summary>d.</summary>
    public Distance Distance { get; init; } = Distance.Squared;

    /// <summary>Boxes of parameters, by name.</summary>
    public IReadOnlyDictionary<string, (double Lower, double Upper)> Bounds { get; init; } =
        new Dictionary<string, (double, double)>();

    /// <summary>Parameters that keep a value, by name.</summary>
    public IReadOnlyDictionary<string, double> Fixed { get; init; } = new Dictionary<string, double>();

    /// <summary>Priors of parameters, by name.</summary>
    public IReadOnlyDictionary<string, Prior> Priors { get; init; } = new Dictionary<string, Prior>();

    /// <summary>
    /// Parameters that f is linear in, by name: they are found by linear least squares at every value of the others, need no start and
    /// shorten the search. For squared distances in memory, without bounds of these parameters.
    /// </summary>
    public IReadOnlyList<string> Linear { get; init; } = [];

    /// <summary>The method; null for <see cref="Minimizer.Auto"/>.</summary>
    public Minimizer? Minimizer { get; init; }

    /// <summary>The method's settings; null for the defaults.</summary>
    public MinimizerOptions? Options { get; init; }

    /// <summary>Whether each sample's distance is one of numbers, with a curvature, and its derivatives by θ can be had: least squares, reweighted.</summary>
    internal bool IsSquares => Distance is not VectorDistance && Model.HasJacobian;

    /// <summary>All of θ from a start by name; fixed parameters have their values.</summary>
    /// <exception cref="ArgumentException">A name is missing, or is none of the model.</exception>
    internal double[] StartFrom(IReadOnlyDictionary<string, double> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        string? missing = Model.ParameterNames.FirstOrDefault(
            name => !start.ContainsKey(name) && !Fixed.ContainsKey(name) && !Linear.Contains(name));
        if (missing is not null)
        {
            throw new ArgumentException($"The start has no value for the parameter '{missing}'.", nameof(start));
        }

        RequireParameters(start.Keys, "start");
        return [.. Model.ParameterNames.Select(name => Fixed.TryGetValue(name, out double value) ? value : start.GetValueOrDefault(name, 1.0))];
    }

    /// <summary>All of θ from a start in the model's order; null for the model's own.</summary>
    /// <exception cref="ArgumentException">There are more or fewer values than parameters, or the model has no start of its own.</exception>
    internal double[] StartFrom(MathNet.Numerics.LinearAlgebra.Vector<double>? start)
    {
        start ??= Model.Start ?? throw new ArgumentException("The model knows of no start: give one.", nameof(start));
        if (start.Count != Model.ParameterNames.Count)
        {
            throw new ArgumentException($"The start has {start.Count} values, and the model {Model.ParameterNames.Count} parameters.", nameof(start));
        }

        return [.. Model.ParameterNames.Select((name, i) => Fixed.TryGetValue(name, out double value) ? value : start[i])];
    }

    /// <summary>Checks what does not depend on the data.</summary>
    /// <returns>The number of unknowns.</returns>
    /// <exception cref="ArgumentException">The message says what does not belong together.</exception>
    internal int CheckSettings(int inputColumns, int targetColumns)
    {
        if (inputColumns != Model.InputNames.Count)
        {
            throw new ArgumentException(
                $"The model takes {Model.InputNames.Count} inputs ({string.Join(", ", Model.InputNames)}), and x has "
                + $"{inputColumns} columns.");
        }

        if (Distance is not VectorDistance && targetColumns != Model.Outputs)
        {
            throw new ArgumentException(
                $"The model gives {Model.Outputs} numbers for a sample, and {targetColumns} were observed: the distance '{Distance.Name}' "
                + "compares them one by one.");
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
        RequireParameters(Linear, "linear parameters");
        if (Linear.Count > 0 && (Distance is not SquaredDistance || !Model.HasJacobian || Linear.Any(name => Bounds.ContainsKey(name) || Fixed.ContainsKey(name))))
        {
            throw new ArgumentException(
                "Linear parameters are found by linear least squares: that needs the squared distance, no bounds and no fixed values of them, and "
                + "a model whose derivatives are known sample by sample.");
        }

        int free = Model.ParameterNames.Count(name => !Fixed.ContainsKey(name)) + (Distance.HasScale ? 1 : 0);
        return free > 0 ? free : throw new ArgumentException("All parameters are fixed: there is nothing to fit.");
    }

    /// <summary>Throws where an observation cannot be one.</summary>
    internal void CheckObservation(ReadOnlySpan<double> observed)
    {
        if (Distance is VectorDistance vector)
        {
            vector.Check(observed, Model.Outputs);
            return;
        }

        foreach (double number in observed)
        {
            Distance.Check(number);
        }
    }

    private void RequireParameters(IEnumerable<string> names, string where)
    {
        var known = Model.ParameterNames.ToHashSet();
        string? unknown = names.FirstOrDefault(name => !known.Contains(name));
        if (unknown is not null)
        {
            throw new ArgumentException(
                $"'{unknown}' in the {where} is {(Formula.IsConstant(unknown) ? "a constant and " : string.Empty)}no parameter of the model; its parameters are "
                + $"{string.Join(", ", Model.ParameterNames.Take(20))}{(Model.ParameterNames.Count > 20 ? ", …" : string.Empty)}.");
        }
    }
}

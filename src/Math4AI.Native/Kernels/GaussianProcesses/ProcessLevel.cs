using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// The constant of a law that has none, where a response far from zero needs it. A process with mean 0 would have to
/// take its variance for the constant, and beside that the matrix of its covariance holds too few digits of the rest.
/// </summary>
internal static class ProcessLevel
{
    // What a constant must take from the root mean square of what the law misses: with less, a process can do it.
    private const double Dominating = 100.0;

    private const string Usual = "level";

    /// <summary>
    /// The law and where its parameters begin, with a constant where that explains nearly all of what the law misses.
    /// </summary>
    /// <param name="law">The law.</param>
    /// <param name="start">Where its parameters begin.</param>
    /// <param name="isGiven">Whether that was given; otherwise it is a fit of the law alone.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public static (FitProblem Law, Vector<double> Start) AddTo(
        FitProblem law, Vector<double> start, bool isGiven, CancellationToken cancellation)
    {
        if (law.Model.FormulaText is not { } formula)
        {
            return (law, start);
        }

        string name = Usual;
        while (law.Model.ParameterNames.Contains(name) || law.Model.InputNames.Contains(name))
        {
            name += "_";
        }

        FitProblem with = law with { Model = Model.FromFormula(With(formula, name), law.Model.InputNames) };
        Vector<double> missed = Missed(law, start);
        Dictionary<string, double> first = law.Model.ParameterNames.Zip(start).ToDictionary();
        first[name] = missed.Average();
        Vector<double> Ordered() =>
            Vector<double>.Build.DenseOfEnumerable(with.Model.ParameterNames.Select(each => first[each]));
        Vector<double> found = isGiven ? Ordered() : with.Fit(first, cancellation).Parameters;
        return missed.L2Norm() > Dominating * Missed(with, found).L2Norm() ? (with, found) : (law, start);
    }

    /// <summary>The name of the constant that was added to the law of a formula; null for none.</summary>
    public static string? AddedTo(string law, Model fitted) =>
        fitted.ParameterNames.FirstOrDefault(name => fitted.FormulaText == With(law, name));

    private static string With(string law, string name) => $"{law} + {name}";

    private static Vector<double> Missed(FitProblem law, Vector<double> parameters) =>
        law.Targets!.Values - law.Model.Evaluate(law.Inputs!, parameters);
}

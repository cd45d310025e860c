using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Math4AI.Fitting.Models;

/// <summary>
/// How many parameters a model without a formula is linear in together, as its values on lines tell: of a function that
/// is linear, two steps along a line change it by twice what one does, and back by as much.
/// </summary>
internal static class LinearParameters
{
    private const int Lines = 3;

    // Second differences of models in float32, as a share of the first ones and of the values.
    private const double OfFirst = 1e-3;
    private const double OfValues = 1e-5;

    /// <summary>Counts as many as are found in their order.</summary>
    /// <param name="problem">A problem with samples in memory.</param>
    /// <param name="at">All parameters of the model, where the others are held.</param>
    /// <param name="names">The parameters to look at.</param>
    public static int Count(FitProblem problem, double[] at, IEnumerable<string> names)
    {
        List<int> linear = [];
        foreach (string name in names)
        {
            int parameter = problem.Model.ParameterNames.ToList().IndexOf(name);
            if (IsLinear(problem, at, [.. linear, parameter]))
            {
                linear.Add(parameter);
            }
        }

        return linear.Count;
    }

    private static bool IsLinear(FitProblem problem, double[] at, int[] parameters)
    {
        var random = new MersenneTwister(1, threadSafe: false);
        double[] At(double[] line, double distance)
        {
            double[] theta = [.. at.Zip(line, (value, slope) => value + distance * slope)];
            double[] values = new double[problem.Inputs!.RowCount * problem.Model.Outputs];
            problem.Model.Evaluate(problem.Inputs, theta, values, []);
            return values;
        }

        for (int l = 0; l < Lines; l++)
        {
            double[] line = new double[at.Length];
            foreach (int j in parameters)
            {
                line[j] = (1.0 + Math.Abs(at[j])) * Normal.Sample(random, 0.0, 1.0);
            }

            double[] middle = At(line, 0.0), ahead = At(line, 1.0), behind = At(line, -1.0);
            double first = ahead.Zip(behind, (a, b) => Math.Abs(a - b)).Max();
            double second = Enumerable.Range(0, middle.Length)
                .Max(i => Math.Abs(ahead[i] + behind[i] - 2.0 * middle[i]));
            double size = middle.Max(Math.Abs);
            if (!(second <= OfFirst * first + OfValues * size))
            {
                return false;
            }
        }

        return true;
    }
}

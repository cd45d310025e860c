using System.Runtime.CompilerServices;

namespace Math4AI.Separation.Ica;

/// <summary>The contrast u⁴/4, with g = u³ and g′ = 3u².</summary>
internal sealed class CubeContrast : Contrast
{
    public override string Name => "cube";

    public override double GaussianMean => 0.75;

    public override double Value(double u)
    {
        double square = u * u;
        return 0.25 * square * square;
    }

    public override double Score(double u) => u * u * u;

    public override double Slope(double u) => 3.0 * u * u;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override double Score(Span<double> u)
    {
        double squares = 0.0;
        foreach (ref double value in u)
        {
            double square = value * value;
            squares += square;
            value *= square;
        }

        return 3.0 * squares;
    }
}

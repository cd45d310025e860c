using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features;

/// <summary>One map after another.</summary>
internal sealed class FeatureChain<TData>(FeatureMap<TData> first, FeatureMap<Matrix<double>> second)
    : FeatureMap<TData>
{
    private readonly FeatureMap<Matrix<double>> second = second ?? throw new ArgumentNullException(nameof(second));

    public override string Formula => $"({first.Formula} then {second.Formula})";

    public override bool HasOwnScales => second.HasOwnScales;

    public override FittedFeatures<TData> Fit(TData training)
    {
        FittedFeatures<TData> fitted = first.Fit(training);
        return new Fitted(fitted, second.Fit(fitted.Apply(training)));
    }

    public override FittedFeatures<TData> Restore(FeatureState state) =>
        new Fitted(first.Restore(state.Part(0)), second.Restore(state.Part(1)));

    private sealed class Fitted(FittedFeatures<TData> first, FittedFeatures<Matrix<double>> second)
        : FittedFeatures<TData>
    {
        public override FeatureState State => FeatureState.Join([first.State, second.State]);

        public override Matrix<double> Apply(TData samples) => second.Apply(first.Apply(samples));

        internal override void Fill<T>(TData samples, T[] features) => second.Fill(first.Apply(samples), features);

        public override IReadOnlyList<string> Names(IReadOnlyList<string> inputs) => second.Names(first.Names(inputs));
    }
}

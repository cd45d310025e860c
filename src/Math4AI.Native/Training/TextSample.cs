namespace Math4AI.Training;

/// <summary>What a language model wrote in the course of its training.</summary>
/// <param name="Step">The number of steps before it.</param>
/// <param name="Text">The text.</param>
public sealed record TextSample(int Step, string Text);

export { softmax } from './mine';
